import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryRegistry } from "@loadcast/metrics-io";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { takeLegacyModels } from "../src/legacy-models.js";
import { createLog } from "../src/log.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import { train } from "../src/pipeline/train.js";
import { STEP, STEP_MILLIS } from "../src/settings.js";
import { ID, valueAtStep, watched } from "./watched-service.js";

const root = mkdtempSync(join(tmpdir(), "loadcast-legacy-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let folder: string;
let lines: string[];
const log = createLog("info", (line) => lines.push(line));
beforeEach(() => {
  folder = join(root, Math.random().toString(36).slice(2), "models");
  lines = [];
});

/** A file as version 0.1 wrote it. */
function write(series: string, version: number, content: string | object): void {
  const home = join(folder, encodeURIComponent(series));
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, `${version}.json`), typeof content === "string" ? content : `${JSON.stringify(content)}\n`);
}

function model(series: string, version: number, end: number, values = 100) {
  const start = (end - values) * STEP_MILLIS;
  const grid = Float64Array.from({ length: values }, (_, i) => valueAtStep(end - values + i));
  const prepared = preprocess({ values: grid, start, step: STEP }, { metric: true, bounds: { lower: 0, upper: 100 } });
  const { document, spec, params, transform, logLik, aic, aicc, bic, warnings } = train({
    prepared,
    spec: { order: [1, 0, 1] },
  });
  return {
    format: 1,
    series,
    version,
    trainedAt: end * STEP_MILLIS + 2000,
    values,
    until: end * STEP_MILLIS,
    trained: { document, start, length: values, spec, params, transform, logLik, aic, aicc, bic, warnings },
  };
}

describe("models of version 0.1", () => {
  const end = Math.floor(Date.parse("2026-11-23T10:00:03Z") / STEP_MILLIS);

  it("are taken once, the newest that can be read as champion, and forecasts go on with it", {
    timeout: 60_000,
  }, async () => {
    write(ID, 3, model(ID, 3, end - 20));
    write(ID, 4, model(ID, 4, end - 8));
    write(ID, 5, '{"format":1,"series":"web/cpu');
    write("rack 1/a/load", 1, model("rack 1/a/load", 1, end - 30));
    const registry = memoryRegistry();
    expect(await takeLegacyModels(folder, registry, log)).toBe(2);
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(`${folder}-0.1`)).toBe(true);
    expect(lines.filter((line) => line.includes("5.json cannot be used"))).toHaveLength(1);
    expect(await registry.models()).toEqual(["rack 1/a/load", ID]);
    expect(await takeLegacyModels(folder, registry, log)).toBe(0);

    const { service } = await watched(200, { registry });
    expect(await service.cycle.inferAll()).toEqual([{ id: ID, result: "done", detail: `${ID}@1` }]);
    const [version] = (await service.library.versions(ID, { limit: 5 })).versions;
    expect(version).toMatchObject({
      kind: "sarima",
      description: "(1,0,1)",
      values: 100,
      gate: null,
      aliases: ["champion"],
    });
    expect(version.to).toBe(new Date((end - 8) * STEP_MILLIS).toISOString());
    expect(version.logLik).toBeTypeOf("number");
    await service.stop();
  });

  it("leave a series alone that the registry knows, and do nothing where there are none", async () => {
    const registry = memoryRegistry();
    expect(await takeLegacyModels(folder, registry, log)).toBe(0);
    write(ID, 1, model(ID, 1, end));
    const known = {
      model: ID,
      key: "k",
      startedAt: 0,
      endedAt: 1,
      status: "finished",
      parameters: {},
      metrics: {},
      document: "{}",
    } as const;
    await registry.register(known);
    expect(await takeLegacyModels(folder, registry, log)).toBe(0);
    expect(await registry.versions(ID)).toHaveLength(1);
  });
});
