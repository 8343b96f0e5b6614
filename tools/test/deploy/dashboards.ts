import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../run.mjs";

export interface Target {
  refId: string;
  datasource: { type: string; uid: string };
  expr?: string;
  query?: string;
  instant?: boolean;
}

export interface Panel {
  id: number;
  type: string;
  title: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: Target[];
  fieldConfig?: { overrides: { matcher: { id: string; options: string } }[] };
  transformations?: { id: string; options: { renameByName?: Record<string, string> } }[];
}

export interface Variable {
  name: string;
  type: string;
  query: string | { query: string };
  datasource?: { uid: string };
  options?: { value: string }[];
}

export interface Dashboard {
  uid: string;
  title: string;
  time: { from: string; to: string };
  templating: { list: Variable[] };
  panels: Panel[];
}

const folder = join(root, "deploy/grafana/dashboards");

/** The dashboards as Grafana reads them. */
export const dashboards: { file: string; text: string; dashboard: Dashboard }[] = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), "utf8");
  return { file, text, dashboard: JSON.parse(text) };
});
