import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { influxdbSink, type StoredForecast } from "@loadcast/metrics-io";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../../run.mjs";
import { type Influxdb, missing, type RunningServer, startServer } from "../../stack/index.mjs";
import { dashboards, type Panel, type Target } from "./dashboards.js";
import { sampleMetrics } from "./sample-metrics.js";

const HOUR = 3_600_000;
const now = Math.floor(Date.now() / 60_000) * 60_000;

const cases = (uid: string) =>
  dashboards.flatMap(({ file, dashboard }) =>
    dashboard.panels.flatMap((panel) =>
      (panel.targets ?? [])
        .filter(({ datasource }) => datasource.uid === uid)
        .map((target) => ({ file, panel, target, name: `${file} · ${panel.title} · ${target.refId}` })),
    ),
  );

const withoutPrometheus = missing("prometheus");
describe.skipIf(withoutPrometheus)(`every PromQL query of the dashboards${withoutPrometheus}`, () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-panels-"));
  let server: RunningServer;
  beforeAll(async () => {
    // The rules are evaluated on the samples as well, so that ALERTS is there.
    const config = join(dir, "prometheus.yml");
    const rules = join(root, "deploy/prometheus/rules/*.yml");
    writeFileSync(config, JSON.stringify({ global: { evaluation_interval: "1s" }, rule_files: [rules] }));
    server = await startServer("prometheus", { dir: join(dir, "server"), config, seed: sampleMetrics(now) });
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(dir, { recursive: true });
  });

  async function ask(path: string, parameters: Record<string, string>) {
    const answer = await fetch(`${server.url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const { status, error, data } = (await answer.json()) as {
      status: string;
      error?: string;
      data: { result: { metric: Record<string, string>; values?: [number, string][] }[] };
    };
    expect(error).toBeUndefined();
    expect(status).toBe("success");
    return data.result;
  }

  const filled = (expr: string) =>
    expr
      .replaceAll("$__rate_interval", "10m")
      .replaceAll("$host", expr.includes('=~"$host"') ? ".+" : "web-1")
      .replaceAll("$metric", ".+")
      .replaceAll("$measure", "mase")
      .replaceAll("$horizon", "4h");

  const run = (target: Target, to: number) =>
    target.instant
      ? ask("query", { query: filled(target.expr as string) })
      : ask("query_range", {
          query: filled(target.expr as string),
          start: String((now - 6 * HOUR) / 1000),
          end: String(to / 1000),
          step: "300",
        });

  it.each(cases("prometheus"))("$name gives something", async ({ file, panel, target }) => {
    const to = file.startsWith("forecast") ? now + 4 * HOUR : now;
    const something = async () => expect((await run(target, to)).length).toBeGreaterThan(0);
    // Alerts are there once the rules have been evaluated.
    if (panel.title === "Alerts") await vi.waitFor(something, { timeout: 30_000 });
    else await something();
  });

  it("finds Linux hosts and Windows hosts with old and new names, each once", async () => {
    const hosts = dashboards.find(({ file }) => file === "hosts.json")?.dashboard.panels as Panel[];
    for (const title of ["CPU in use", "Memory in use", "Fullest disk", "Network, in and out"]) {
      const target = hosts.find((panel) => panel.title === title)?.targets?.[0] as Target;
      const found = (await run(target, now)).map(({ metric }) => metric.instance);
      expect(found.sort(), title).toEqual(["web-1", "win-0", "win-1"]);
    }
  });

  it("names who needs attention with both the time and the probability, and nobody with one of them alone", async () => {
    const hosts = dashboards.find(({ file }) => file === "hosts.json")?.dashboard.panels as Panel[];
    const { targets = [] } = hosts.find(({ title }) => title === "Who needs attention") as Panel;
    const rows = await Promise.all(targets.map((target) => run(target, now)));
    const named = rows.map((row) => row.map(({ metric }) => `${metric.host} ${metric.metric}`).sort());
    expect(named[1]).toEqual(named[0]);
    // The samples have one that will be passed soon, but not likely, and one that is likely, but not soon.
    expect(named[0].some((name) => name.startsWith("web-2"))).toBe(false);
  });

  it("shows forecasts at the times that they are about, up to four hours ahead", async () => {
    const panels = dashboards.find(({ file }) => file === "forecast.json")?.dashboard.panels as Panel[];
    const median = panels
      .find(({ title }) => title.startsWith("CPU as forecast"))
      ?.targets?.find(({ expr }) => expr?.includes('"median"')) as Target;
    const [{ values = [] }] = await run(median, now + 4 * HOUR);
    expect(values.at(-1)?.[0]).toBe((now + 4 * HOUR) / 1000);
    // What the gauge said at a time is shown four hours later.
    for (const [time, value] of values) {
      const at = (time * 1000 - 4 * HOUR) / 86_400_000;
      expect(Number(value)).toBeCloseTo(60 + 10 * Math.sin(at * 2 * Math.PI), 0);
    }
  });

  it.each(
    dashboards.flatMap(({ file, dashboard }) =>
      dashboard.templating.list
        .filter(({ type, datasource }) => type === "query" && datasource?.uid === "prometheus")
        .map(({ name, query }) => ({ file, name, query: (query as { query: string }).query })),
    ),
  )("$file has something to choose for $name", async ({ query }) => {
    const [, match, label] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
    const answer = await fetch(
      `${server.url}/api/v1/label/${label}/values?${new URLSearchParams({ "match[]": match })}`,
    );
    expect(((await answer.json()) as { data: string[] }).data).toContain(label === "metric" ? "cpu_percent" : "web-1");
  });

  it("the rules alert on what the samples say, without an error", async () => {
    await vi.waitFor(
      async () => {
        const answer = await fetch(`${server.url}/api/v1/rules`);
        const { data } = (await answer.json()) as {
          data: { groups: { rules: { name: string; health: string; state: string; lastError?: string }[] }[] };
        };
        const rules = data.groups.flatMap((group) => group.rules);
        expect(rules.filter(({ health }) => health !== "ok")).toEqual([]);
        expect(rules.filter(({ state }) => state !== "inactive").map(({ name }) => name)).toEqual([
          "LoadcastThresholdPredicted",
        ]);
      },
      { timeout: 30_000, interval: 500 },
    );
  });
});

const withoutInflux = missing("influxdb");
describe.skipIf(withoutInflux)(`every Flux query of the dashboards${withoutInflux}`, () => {
  let server: Influxdb;
  beforeAll(async () => {
    server = await startServer("influxdb");
    const lines: string[] = [];
    for (let time = now - 3 * HOUR; time <= now; time += 15_000) {
      const stamp = time * 1e6;
      const counter = (perSecond: number) => ((time - now) / 1000 + 1e6) * perSecond;
      // As Telegraf writes what Prometheus scrapes: see chain.stack.test.ts.
      const write = (host: string, tags: string, field: string, value: number) =>
        lines.push(`prometheus,host=${host}${tags} ${field}=${value} ${stamp}`);
      for (const cpu of [0, 1]) write("web-1", `,cpu=${cpu},mode=idle`, "node_cpu_seconds_total", counter(0.25));
      write("web-1", "", "node_memory_MemAvailable_bytes", 2e9);
      write("web-1", "", "node_memory_MemTotal_bytes", 8e9);
      for (const host of ["win-1", "win-0"])
        write(host, ",core=0\\,0,mode=idle", "windows_cpu_time_total", counter(0.25));
      write("win-1", "", "windows_memory_physical_free_bytes", 4e9);
      write("win-1", "", "windows_memory_physical_total_bytes", 16e9);
      write("win-0", "", "windows_os_physical_memory_free_bytes", 4e9);
      write("win-0", "", "windows_cs_physical_memory_bytes", 16e9);
      lines.push(`cpu,cpu=cpu-total,host=own-1 usage_idle=25 ${stamp}`, `mem,host=own-1 available_percent=25 ${stamp}`);
    }
    const { status } = await fetch(
      `${server.url}/api/v2/write?${new URLSearchParams({ org: server.org, bucket: server.bucket })}`,
      { method: "POST", headers: { authorization: `Token ${server.token}` }, body: lines.join("\n") },
    );
    expect(status).toBe(204);

    const sink = influxdbSink({ url: server.url, org: server.org, bucket: server.bucket, token: server.token });
    const steps = Array.from({ length: 48 }, (_, i) => i + 1);
    // The second has another model, so that its points do not take the place of the first's.
    for (const host of ["web-1", "win-1", "win-0", "own-1"])
      for (const metric of ["cpu_percent", "memory_percent"])
        for (const [model, issuedAt, centre] of [
          ["sarima", now - HOUR, 40],
          ["ensemble", now, 50],
        ] as const)
          await sink.writeForecast(sampleForecast({ host, metric, model, issuedAt, centre, steps }));
    await sink.close();
  });
  afterAll(() => server?.stop());

  const run = async (query: string, host: string) => {
    const iso = (time: number) => new Date(time).toISOString();
    const filled = query
      .replaceAll("v.timeRangeStart", iso(now - 24 * HOUR))
      .replaceAll("v.timeRangeStop", iso(now + 4 * HOUR + 60_000))
      .replaceAll("v.defaultBucket", JSON.stringify(server.bucket))
      .replaceAll("$" + "{host}", host);
    const answer = await fetch(`${server.url}/api/v2/query?${new URLSearchParams({ org: server.org })}`, {
      method: "POST",
      headers: {
        authorization: `Token ${server.token}`,
        "content-type": "application/vnd.flux",
        accept: "application/csv",
      },
      body: filled,
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(200);
    return rowsOf(text);
  };

  const queries = cases("influxdb");

  it.each(queries.flatMap((each) => ["web-1", "win-1", "win-0", "own-1"].map((host) => ({ ...each, host }))))(
    "$name gives what is true of $host",
    async ({ target, panel, host }) => {
      const rows = await run(target.query as string, host);
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        // Of CPU and memory alike, a quarter is free.
        if ("now" in row) expect(Number(row.now)).toBeCloseTo(75, 6);
        // From when the newer forecast was issued on it is the one that counts.
        else if ("median" in row) expect(Number(row.median)).toBe(Date.parse(row._time) > now ? 50 : 40);
        else expect(Number(row._value)).toBe(panel.title.startsWith("95 %") ? 65 : 50);
      }
      if ("median" in rows[0]) {
        expect(Date.parse(rows.at(-1)?._time as string)).toBe(now + 4 * HOUR);
        expect(new Set(rows.map(({ _time }) => _time)).size).toBe(rows.length);
        expect(rows[0]).toMatchObject({ lower80: expect.anything(), upper95: expect.anything() });
      }
    },
  );

  it("works in the guide as well", async () => {
    const guide = readFileSync(join(root, "docs/guides/influxdb.md"), "utf8");
    const query = /^```flux\n([\s\S]*?)^```$/m.exec(guide)?.[1] as string;
    const rows = await run(query.replace('"forecasts"', "v.defaultBucket"), "");
    expect(rows.map(({ host, _value }) => [host, Number(_value)])).toEqual(
      ["own-1", "web-1", "win-0", "win-1"].map((host) => [host, 65]),
    );
  });

  it("has hosts to choose from", async () => {
    for (const { dashboard } of dashboards)
      for (const { query, datasource } of dashboard.templating.list)
        if (datasource?.uid === "influxdb")
          expect((await run((query as { query: string }).query, "")).map(({ _value }) => _value).sort()).toEqual([
            "own-1",
            "web-1",
            "win-0",
            "win-1",
          ]);
  });
});

/** Rows of annotated CSV by column; the queries here have no commas or quotes in values. */
function rowsOf(text: string): Record<string, string>[] {
  return text
    .split("\r\n\r\n")
    .filter((block) => block.trim() !== "")
    .flatMap((block) => {
      const [header, ...lines] = block.split("\r\n").filter((line) => line !== "" && !line.startsWith("#"));
      const names = header.split(",");
      return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [names[i], value])));
    });
}

/** A forecast of four hours, the same at every step. */
function sampleForecast({
  host,
  metric,
  model,
  issuedAt,
  centre,
  steps,
}: {
  host: string;
  metric: string;
  model: string;
  issuedAt: number;
  centre: number;
  steps: readonly number[];
}): StoredForecast {
  const all = (value: number) => steps.map(() => value);
  return {
    host,
    metric,
    issuedAt,
    modelVersion: `${model}@1`,
    times: steps.map((step) => issuedAt + step * 300_000),
    mean: all(centre),
    median: all(centre),
    intervals: [
      { level: 80, lower: all(centre - 10), upper: all(centre + 10) },
      { level: 95, lower: all(centre - 15), upper: all(centre + 15) },
    ],
  };
}
