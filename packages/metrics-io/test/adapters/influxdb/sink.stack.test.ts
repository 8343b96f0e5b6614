import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Influxdb, startServer } from "../../../../../tools/stack/index.mjs";
import { fluxString } from "../../../src/adapters/influxdb/flux.js";
import { influxdbSink, type SeriesKey, spooledSink } from "../../../src/index.js";
import { rejection } from "../../conformance/rejection.js";
import { describeSink, forecastOf, type Written } from "../../conformance/sink.js";
import { freshBucket, missingInfluxdb, type Place, rowsOf } from "../../servers/influxdb-place.js";

const ISSUED = Date.UTC(2026, 1, 1);
const CPU: SeriesKey = { host: "web-1", metric: "cpu_percent" };

/** All points of a series, one row for each time, as the official client reads them. */
const pointsOf = (place: Place, { host, metric }: SeriesKey) =>
  rowsOf(
    place,
    `from(bucket: ${fluxString(place.bucket)}) |> range(start: 0, stop: 2100-01-01T00:00:00Z)
       |> filter(fn: (r) => r.host == ${fluxString(host)} and r.metric == ${fluxString(metric)})
       |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value") |> sort(columns: ["_time"])`,
  );

const without = missingInfluxdb();
describe.skipIf(without)(`influxdbSink${without}`, () => {
  let server: Influxdb;
  beforeAll(async () => {
    server = await startServer("influxdb");
  });
  afterAll(() => server?.stop());

  describeSink("influxdbSink", {
    issuedAt: ISSUED,
    async create() {
      const place = await freshBucket(server);
      return {
        sink: influxdbSink(place),
        async written(key) {
          const rows = await pointsOf(place, key);
          if (rows.length === 0) return null;
          const column = (name: string) => rows.map((row) => Number(row[name]));
          const levels = ["80", "95"].filter((level) => `lower${level}` in rows[0]);
          return {
            times: rows.map((row) => Date.parse(row._time)),
            mean: column("mean"),
            median: column("median"),
            intervals: levels.map((level) => ({
              level: Number(level),
              lower: column(`lower${level}`),
              upper: column(`upper${level}`),
            })),
          } satisfies Written;
        },
      };
    },
  });

  it("writes the measurement that dashboards read", async () => {
    const place = await freshBucket(server);
    const sink = influxdbSink(place);
    const forecast = forecastOf(CPU, ISSUED, 2);
    await sink.writeForecast({
      ...forecast,
      intervals: [{ level: 97.5, lower: [1, Number.NaN], upper: [2, Infinity] }],
    });
    expect(await pointsOf(place, CPU)).toMatchObject([
      {
        _measurement: "loadcast_forecast",
        _time: "2026-02-01T00:05:00Z",
        host: "web-1",
        metric: "cpu_percent",
        model: "web-1/cpu_percent",
        model_version: "web-1/cpu_percent@7",
        issued_at: ISSUED,
        mean: 40,
        median: 39,
        "lower97.5": 1,
        "upper97.5": 2,
      },
      { _time: "2026-02-01T00:10:00Z", "lower97.5": null, "upper97.5": null },
    ]);
  });

  it("continues a series when the model has a new version", async () => {
    const place = await freshBucket(server);
    const sink = influxdbSink(place);
    await sink.writeForecast(forecastOf(CPU, ISSUED));
    await sink.writeForecast({ ...forecastOf(CPU, ISSUED + 300_000), modelVersion: "web-1/cpu_percent@8" });
    const rows = await pointsOf(place, CPU);
    expect(rows.map((row) => row.model_version)).toEqual(["7", "8", "8", "8"].map((v) => `web-1/cpu_percent@${v}`));
    expect(new Set(rows.map((row) => row.model))).toEqual(new Set(["web-1/cpu_percent"]));
  });

  it("refuses what line protocol cannot say, before anything is written", async () => {
    const sink = influxdbSink(await freshBucket(server));
    for (const host of ["web\\", "a\\,b", "a\\ b", "a\\=b"]) {
      const error = await rejection(sink.writeForecast(forecastOf({ ...CPU, host }, ISSUED)));
      expect(error.code).toBe("INVALID_ARGUMENT");
      expect(error.message).toContain(`InfluxDB cannot hold the host ${JSON.stringify(host)}`);
    }
    const late = { ...forecastOf(CPU, ISSUED, 1), times: [Date.UTC(2300, 0, 1)] };
    expect((await rejection(sink.writeForecast(late))).message).toContain("from 1677 to 2262");
  });

  it("says what is wrong with token, bucket and server when it opens", async () => {
    const place = await freshBucket(server);
    await influxdbSink(place).open();
    expect(await rejection(influxdbSink({ ...place, token: "wrong" }).open())).toMatchObject({
      code: "NOT_ALLOWED",
      status: 401,
    });
    const nowhere = await rejection(influxdbSink({ ...place, bucket: "nowhere" }).open());
    expect(nowhere).toMatchObject({ code: "NOT_FOUND", status: 404 });
    expect(nowhere.message).toContain('bucket "nowhere" not found');
  });

  it("loses nothing through a spool when the server is killed in the middle of writes, and is down for a while", async () => {
    const dir = mkdtempSync(join(tmpdir(), "loadcast-spool-"));
    const place = await freshBucket(server);
    const spool = spooledSink(influxdbSink({ ...place, retries: 0 }), {
      dir,
      batchEntries: 7,
      firstWaitMillis: 20,
      maxWaitMillis: 200,
    });
    const hosts = Array.from({ length: 200 }, (_, i) => `h${String(i).padStart(3, "0")}`);
    const write = (from: number, to: number) =>
      Promise.all(hosts.slice(from, to).map((host) => spool.writeForecast(forecastOf({ ...CPU, host }, ISSUED, 5))));
    await write(0, 80);
    await vi.waitFor(() => expect(spool.stats().delivered).toBeGreaterThan(6), { timeout: 30_000, interval: 1 });
    await server.kill();
    await write(80, 200);
    await vi.waitFor(() => expect(spool.stats().lastError).toContain("cannot be reached"), { timeout: 30_000 });
    expect(spool.stats().waiting).toBeGreaterThan(100);
    await server.restart();
    await spool.drained();
    expect(spool.stats()).toMatchObject({ waiting: 0, delivered: 200, rejected: 0, lastError: null });
    const rows = await rowsOf(
      place,
      `from(bucket: ${fluxString(place.bucket)}) |> range(start: 0, stop: 2100-01-01T00:00:00Z)
         |> filter(fn: (r) => r._field == "median") |> count() |> group() |> sort(columns: ["host"])`,
    );
    expect(rows.map(({ host, _value }) => [host, Number(_value)])).toEqual(hosts.map((host) => [host, 5]));
    await spool.close();
    rmSync(dir, { recursive: true });
  });

  it("says that the server refuses the data", async () => {
    const place = await freshBucket(server);
    const sink = influxdbSink(place);
    const mistaken = `loadcast_forecast,host=web-1,metric=cpu_percent,model=web-1/cpu_percent lower99="text" ${ISSUED}`;
    const answer = await fetch(
      `${place.url}/api/v2/write?${new URLSearchParams({ org: place.org, bucket: place.bucket, precision: "ms" })}`,
      { method: "POST", headers: { authorization: `Token ${place.token}` }, body: mistaken },
    );
    expect(answer.status).toBe(204);
    const bad = { ...forecastOf(CPU, ISSUED, 1), intervals: [{ level: 99, lower: [1], upper: [2] }] };
    const error = await rejection(sink.writeForecast(bad));
    expect(error).toMatchObject({ code: "FAILED", status: 422 });
    expect(error.message).toContain("field type conflict");
    // Through a spool it is put aside, and what comes after it is written.
    const refused: unknown[] = [];
    const spool = spooledSink(sink, { onRejected: (_, reason) => refused.push(reason.status) });
    const other = { ...CPU, host: "web-2" };
    await spool.writeForecasts([bad, forecastOf(other, ISSUED)]);
    await spool.drained();
    expect(refused).toEqual([422]);
    expect((await pointsOf(place, other)).length).toBe(3);
    await spool.close();
  });
});
