import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dashboards as built, written } from "../../grafana/build.mjs";
import { root } from "../../run.mjs";
import { dashboards } from "./dashboards.js";

const provisioned = readFileSync(join(root, "deploy/grafana/provisioning/datasources/loadcast.yml"), "utf8");
const sources = [...provisioned.matchAll(/uid: (\S+)\n\s+type: (\S+)/g)].map(([, uid, type]) => ({ uid, type }));

describe("deploy/grafana", () => {
  it("has the dashboards that tools/grafana makes", () => {
    expect(dashboards.map(({ file }) => file)).toEqual(
      Object.keys(built)
        .map((name) => `${name}.json`)
        .sort(),
    );
    for (const [name, dashboard] of Object.entries(built))
      expect(dashboards.find(({ file }) => file === `${name}.json`)?.text, "node tools/grafana/build.mjs").toBe(
        written(dashboard),
      );
  });

  it("provisions both data sources under their fixed UIDs", () => {
    expect(sources).toEqual([
      { uid: "prometheus", type: "prometheus" },
      { uid: "influxdb", type: "influxdb" },
    ]);
  });

  it("gives every dashboard a UID and a title of its own", () => {
    for (const key of ["uid", "title"] as const)
      expect(new Set(dashboards.map(({ dashboard }) => dashboard[key])).size).toBe(dashboards.length);
    for (const { dashboard } of dashboards) expect(dashboard.uid).toMatch(/^[a-z0-9-]{1,40}$/);
  });
});

describe.each(dashboards)("deploy/grafana/dashboards/$file", ({ dashboard, text }) => {
  const panels = dashboard.panels;

  it("gives panels ids of their own and places that do not overlap", () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.get(`${x},${y}`), `${title} at ${x},${y}`).toBeUndefined();
          taken.set(`${x},${y}`, title);
        }
    }
  });

  it("asks known data sources, in every panel", () => {
    for (const { type, title, targets = [] } of panels) {
      if (type === "row") continue;
      expect(["timeseries", "stat", "table", "heatmap"]).toContain(type);
      expect(targets.length, title).toBeGreaterThan(0);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      for (const { datasource, expr, query } of targets) {
        expect(sources).toContainEqual(datasource);
        expect(datasource.uid === "prometheus" ? expr : query, title).toMatch(/\S/);
      }
    }
    for (const { datasource } of dashboard.templating.list)
      if (datasource) expect(sources.map(({ uid }) => uid)).toContain(datasource.uid);
  });

  it("uses the variables that it has, and no others", () => {
    const own = dashboard.templating.list.map(({ name }) => name);
    const used = new Set(
      [...text.matchAll(/\$\{?([A-Za-z_]\w*)\}?/g)].map(([, name]) => name).filter((name) => !name.startsWith("__")),
    );
    expect([...used].sort()).toEqual(own.sort());
  });

  it("gives its own looks to series and columns that there are", () => {
    for (const { title, targets = [], fieldConfig, transformations = [] } of panels) {
      const columns = transformations.flatMap(({ options }) => Object.values(options.renameByName ?? {}));
      const queries = targets.map(({ expr, query, ...rest }) => `${query ?? ""} ${JSON.stringify(rest)}`).join();
      for (const { matcher } of fieldConfig?.overrides ?? [])
        expect(
          columns.includes(matcher.options) || queries.includes(matcher.options),
          `${title}: ${matcher.options}`,
        ).toBe(true);
    }
  });

  it("looks four hours ahead where it shows forecasts", () => {
    expect(dashboard.time.to).toBe(/forecast/.test(dashboard.uid) ? "now+4h" : "now");
  });
});
