import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Influxdb, startServer } from "../../../../../tools/stack/index.mjs";
import { connect } from "../../../src/adapters/influxdb/connection.js";
import { fluxString } from "../../../src/adapters/influxdb/flux.js";
import {
  type InfluxdbField,
  type InfluxdbMetric,
  type InfluxdbSourceOptions,
  influxdbPresets,
  influxdbSource,
  resample,
} from "../../../src/index.js";
import { rejection } from "../../conformance/rejection.js";
import { describeSource } from "../../conformance/source.js";
import {
  freshBucket,
  missingInfluxdb,
  type Place,
  rowsOf,
  tagValue,
  writeLines,
} from "../../servers/influxdb-place.js";

const ALL = { from: -Infinity, to: Infinity };
const MIDNIGHT = Date.UTC(2026, 1, 1);
const HOUR = 3_600_000;
const STEP = 15_000;

const value = (measurement: string, more: Partial<InfluxdbField> = {}): InfluxdbField => ({
  measurement,
  field: "value",
  ...more,
});
const clock = () => MIDNIGHT + 48 * HOUR;

const without = missingInfluxdb();
describe.skipIf(without)(`influxdbSource${without}`, () => {
  let server: Influxdb;
  beforeAll(async () => {
    server = await startServer("influxdb");
  });
  afterAll(() => server?.stop());

  const holding = async (lines: readonly string[]) => {
    const place = await freshBucket(server);
    await writeLines(place, lines);
    return place;
  };
  const source = (place: Place, metric: InfluxdbMetric, options: Partial<InfluxdbSourceOptions> = {}) =>
    influxdbSource({ ...place, metrics: { m: metric }, clock, ...options });
  const readAll = async (place: Place, metric: InfluxdbMetric, options: Partial<InfluxdbSourceOptions> = {}) => {
    const { times, values } = await source(place, metric, options).read({ host: "a", metric: "m" }, ALL);
    return [...times].map((time, i) => [(time - MIDNIGHT) / 1000, values[i]]);
  };

  const host = `web-1:9100 "a"\\b, größe=機器 \${x}`;
  describeSource("influxdbSource", {
    keys: [
      { host, metric: "cpu_percent" },
      { host, metric: "memory_percent" },
    ],
    knowsExtent: false,
    async create({ times, values }) {
      const place = await holding(
        ["cpu", "mem"].flatMap((name) =>
          [...times].map((time, i) => `${name},host=${tagValue(host)} value=${values[i]} ${time}`),
        ),
      );
      return influxdbSource({
        ...place,
        metrics: { cpu_percent: value("cpu"), memory_percent: value("mem") },
        clock: () => MIDNIGHT + HOUR,
      });
    },
  });

  describe("presets", () => {
    const minute = (i: number) => MIDNIGHT + i * 60_000;
    /** Two CPUs, idle for 45 and 15 of 60 s, that is 50 % in use; a quarter of memory free, that is 75 % in use. */
    const shapes: Record<string, readonly [preset: keyof typeof influxdbPresets, (i: number) => string[]]> = {
      "Telegraf's inputs.cpu and inputs.mem": [
        "telegraf",
        (i) => [
          `cpu,cpu=cpu-total,host=a usage_idle=50,usage_user=30 ${minute(i)}`,
          `cpu,cpu=cpu0,host=a usage_idle=12,usage_user=30 ${minute(i)}`,
          `mem,host=a available_percent=25,used_percent=60,total=4i ${minute(i)}`,
        ],
      ],
      "inputs.mem without available_percent": [
        "telegraf",
        (i) => [
          `cpu,cpu=cpu-total,host=a usage_idle=50 ${minute(i)}`,
          `mem,host=a used_percent=75,total=4i ${minute(i)}`,
        ],
      ],
      "node_exporter, metric_version 1": [
        "nodeExporter",
        (i) => [
          `node_cpu_seconds_total,cpu=0,mode=idle,host=a,url=http://a:9100/metrics counter=${i * 45} ${minute(i)}`,
          `node_cpu_seconds_total,cpu=1,mode=idle,host=a,url=http://a:9100/metrics counter=${7 + i * 15} ${minute(i)}`,
          `node_cpu_seconds_total,cpu=1,mode=user,host=a,url=http://a:9100/metrics counter=${i * 30} ${minute(i)}`,
          `node_memory_MemAvailable_bytes,host=a,url=http://a:9100/metrics gauge=250 ${minute(i)}`,
          `node_memory_MemTotal_bytes,host=a,url=http://a:9100/metrics gauge=1000 ${minute(i)}`,
        ],
      ],
      "node_exporter, metric_version 2": [
        "nodeExporter",
        (i) => [
          `prometheus,cpu=0,mode=idle,host=a node_cpu_seconds_total=${i * 45} ${minute(i)}`,
          `prometheus,cpu=1,mode=idle,host=a node_cpu_seconds_total=${7 + i * 15} ${minute(i)}`,
          `prometheus,cpu=1,mode=user,host=a node_cpu_seconds_total=${i * 30} ${minute(i)}`,
          `prometheus,host=a node_memory_MemAvailable_bytes=250,node_memory_MemTotal_bytes=1000 ${minute(i)}`,
        ],
      ],
      "windows_exporter 0.29 and later, metric_version 1": [
        "windowsExporter",
        (i) => [
          `windows_cpu_time_total,core=0\\,0,mode=idle,host=a counter=${i * 45} ${minute(i)}`,
          `windows_cpu_time_total,core=0\\,1,mode=idle,host=a counter=${i * 15} ${minute(i)}`,
          `windows_memory_physical_free_bytes,host=a gauge=250 ${minute(i)}`,
          `windows_memory_physical_total_bytes,host=a gauge=1000 ${minute(i)}`,
        ],
      ],
      "windows_exporter 0.29 and later, metric_version 2": [
        "windowsExporter",
        (i) => [
          `prometheus,core=0\\,0,mode=idle,host=a windows_cpu_time_total=${i * 45} ${minute(i)}`,
          `prometheus,core=0\\,1,mode=idle,host=a windows_cpu_time_total=${i * 15} ${minute(i)}`,
          `prometheus,host=a windows_memory_physical_free_bytes=250,windows_memory_physical_total_bytes=1000 ${minute(i)}`,
        ],
      ],
      "windows_exporter before 0.31, metric_version 1": [
        "windowsExporter",
        (i) => [
          `windows_cpu_time_total,core=0\\,0,mode=idle,host=a counter=${i * 30} ${minute(i)}`,
          `windows_os_physical_memory_free_bytes,host=a gauge=250 ${minute(i)}`,
          `windows_cs_physical_memory_bytes,host=a gauge=1000 ${minute(i)}`,
        ],
      ],
      "windows_exporter before 0.31, metric_version 2": [
        "windowsExporter",
        (i) => [
          `prometheus,core=0\\,0,mode=idle,host=a windows_cpu_time_total=${i * 30} ${minute(i)}`,
          `prometheus,host=a windows_os_physical_memory_free_bytes=250,windows_cs_physical_memory_bytes=1000 ${minute(i)}`,
        ],
      ],
    };

    it.each(Object.entries(shapes))("read %s", async (_, [preset, at]) => {
      const place = await holding(Array.from({ length: 30 }, (_, i) => at(i)).flat());
      for (const metrics of [influxdbPresets[preset], undefined]) {
        const reader = influxdbSource({ ...place, clock, listedSeconds: 3 * 86_400, ...(metrics ? { metrics } : {}) });
        await reader.open();
        const series = await reader.listSeries();
        expect(series.map(({ id }) => id)).toEqual(["a/cpu_percent", "a/memory_percent"]);
        const range = { from: minute(10), to: minute(20) };
        const cpu = await reader.read(series[0], range);
        expect([...cpu.times]).toEqual(Array.from({ length: 10 }, (_, i) => minute(10 + i)));
        expect([...cpu.values]).toEqual(new Array(10).fill(50));
        expect([...(await reader.read(series[1], range)).values]).toEqual(new Array(10).fill(75));
        expect(await reader.readMetric("cpu_percent", range)).toEqual([{ host: "a", metric: "cpu_percent", ...cpu }]);
        const grid = await reader.readGrid(series[0], range);
        expect([[...grid.values], [...grid.counts]]).toEqual([
          [50, 50],
          [5, 5],
        ]);
        await reader.close();
      }
    });

    it("say nothing where there is nothing", async () => {
      const reader = influxdbSource(await freshBucket(server));
      expect(await reader.listSeries()).toEqual([]);
      expect(await reader.readMetric("cpu_percent", ALL)).toEqual([]);
      expect((await rejection(reader.read({ host: "a", metric: "cpu_percent" }, ALL))).code).toBe("UNKNOWN_SERIES");
    });

    it("follow a host from one collector to the next", async () => {
      const place = await holding(
        Array.from({ length: 6 }, (_, i) => [
          ...(i < 4 ? [`mem,host=a available_percent=${90 - i} ${minute(i)}`] : []),
          ...(i > 2 ? [`mem,host=a used_percent=${80 + i} ${minute(i)}`] : []),
        ]).flat(),
      );
      expect((await readAll(place, influxdbPresets.telegraf.memory_percent)).map(([, v]) => v)).toEqual([
        10, 11, 12, 13, 84, 85,
      ]);
    });
  });

  describe("counters", () => {
    it("become the rates that Flux' own derivative(nonNegative: true) gives, restarts and gaps included", async () => {
      const place = await freshBucket(server);
      let runs = 0;
      const reading = fc.record({
        wait: fc.integer({ min: 1, max: 200_000 }),
        gain: fc.integer({ min: -50, max: 500 }),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(reading, { minLength: 2, maxLength: 40 }), async (readings) => {
          const name = `c${++runs}`;
          let time = MIDNIGHT;
          let count = 1000;
          const lines = readings.map(({ wait, gain }) => {
            time += wait;
            count = gain < 0 ? -gain : count + gain; // a restart
            return `${name},host=a value=${count} ${time}`;
          });
          await writeLines(place, lines);
          const rows = await rowsOf(
            place,
            `from(bucket: "${place.bucket.replace("${", "\\${")}") |> range(start: 0, stop: ${new Date(time + 1).toISOString()})
               |> filter(fn: (r) => r._measurement == "${name}") |> derivative(unit: 1s, nonNegative: true)`,
          );
          const expected = rows
            .filter((row) => row._value !== null)
            .map((row) => [(Date.parse(row._time) - MIDNIGHT) / 1000, Number(row._value)]);
          const actual = await readAll(place, value(name, { counter: true }), { maxGapSeconds: 1e6 });
          expect(actual.map(([at]) => at)).toEqual(expected.map(([at]) => at));
          actual.forEach(([, rate], i) => {
            expect(rate).toBeCloseTo(expected[i][1], 10);
          });
        }),
        { numRuns: 15 },
      );
    });

    it("need a reading before the range for its first rate, and none across a gap", async () => {
      const seconds = [0, 15, 30, 45, 400, 415];
      const place = await holding(seconds.map((s) => `c,host=a value=${s * 2} ${MIDNIGHT + s * 1000}`));
      const reader = source(place, value("c", { counter: true }));
      const { times, values } = await reader.read(
        { host: "a", metric: "m" },
        { from: MIDNIGHT + 15_000, to: MIDNIGHT + HOUR },
      );
      expect([...times].map((time) => (time - MIDNIGHT) / 1000)).toEqual([15, 30, 45, 415]);
      expect([...values]).toEqual([2, 2, 2, 2]);
    });

    it("give the same whether they are read in one page or in many", async () => {
      const lines = Array.from(
        { length: 4000 },
        (_, i) => `c,host=a,cpu=${i % 2} value=${i * 3} ${MIDNIGHT + Math.floor(i / 2) * 60_000}`,
      );
      const place = await holding(lines);
      const metric = value("c", { counter: true, combine: "sum" });
      const whole = await readAll(place, metric);
      expect(whole.length).toBe(1999);
      expect(new Set(whole.map(([, rate]) => rate))).toEqual(new Set([0.2]));
      const parts: (readonly number[])[] = [];
      for (let from = MIDNIGHT; from < MIDNIGHT + 48 * HOUR; from += 7 * HOUR + 1) {
        const { times, values } = await source(place, metric).read(
          { host: "a", metric: "m" },
          { from, to: from + 7 * HOUR + 1 },
        );
        for (const [i, time] of times.entries()) parts.push([(time - MIDNIGHT) / 1000, values[i]]);
      }
      expect(parts).toEqual(whole);
    });
  });

  describe("custom metrics", () => {
    it("take fields by tags, combine series and compute formulas", async () => {
      const place = await holding([
        `disk,host=a,path=/,mode=rw used=1,total=10 ${MIDNIGHT}`,
        `disk,host=a,path=/home,mode=rw used=3,total=10 ${MIDNIGHT}`,
        `disk,host=a,path=/boot,mode=ro used=9,total=10 ${MIDNIGHT}`,
        `disk,host=a,path=/,mode=rw used=5,total=0 ${MIDNIGHT + STEP}`,
      ]);
      const used: InfluxdbField = { measurement: "disk", field: "used" };
      const total: InfluxdbField = { measurement: "disk", field: "total" };
      expect(await readAll(place, { ...used, tags: { path: "/home" } })).toEqual([[0, 3]]);
      for (const [combine, expected] of [
        ["sum", 4],
        ["mean", 2],
        ["min", 1],
        ["max", 3],
      ] as const) {
        expect(await readAll(place, { ...used, tags: { path: ["/", "/home"] }, combine })).toEqual([
          [0, expected],
          [15, 5],
        ]);
      }
      const inputs = { u: { ...used, tags: { path: "/" } }, t: { ...total, tags: { path: "/" } } };
      // The quotient by zero is a gap.
      expect(await readAll(place, { formula: "100 * u / t", inputs })).toEqual([[0, 10]]);
      expect(await readAll(place, { formula: ({ u, t }) => u + t, inputs })).toEqual([
        [0, 11],
        [15, 5],
      ]);
      const error = await rejection(source(place, used).read({ host: "a", metric: "m" }, ALL));
      expect(error.message).toContain(
        "disk used has several series for a that differ in mode, path; name one by tags, or set combine",
      );
    });

    it("may name the host by another tag", async () => {
      const place = await holding([`up,host=collector,url=http://a:9100/metrics value=1 ${MIDNIGHT}`]);
      const reader = source(place, value("up"), { hostTag: "url", listedSeconds: 3 * 86_400 });
      expect((await reader.listSeries()).map(({ id }) => id)).toEqual(["http://a:9100/metrics/m"]);
      expect((await reader.read({ host: "http://a:9100/metrics", metric: "m" }, ALL)).values[0]).toBe(1);
    });

    it("may hold whole numbers, and leave out what is no number", async () => {
      const place = await holding([
        `n,host=a i=3i,u=4u,b=true,s="x\ny, z" ${MIDNIGHT}`,
        `n,host=a i=5i,s="5" ${MIDNIGHT + STEP}`,
      ]);
      const field = (name: string) => readAll(place, { measurement: "n", field: name });
      expect(await field("i")).toEqual([
        [0, 3],
        [15, 5],
      ]);
      expect(await field("u")).toEqual([[0, 4]]);
      expect(await field("b")).toEqual([]);
    });
  });

  describe("many hosts and long ranges", () => {
    it("come by one query for each page", async () => {
      const hosts = Array.from({ length: 60 }, (_, i) => `h${String(i).padStart(3, "0")}`);
      const place = await holding(
        hosts.flatMap((name, h) =>
          Array.from({ length: 40 }, (_, i) => `c,host=${name} value=${h * 100 + i} ${MIDNIGHT + i * STEP}`),
        ),
      );
      const reader = source(place, value("c"));
      const range = { from: MIDNIGHT + STEP, to: MIDNIGHT + 39 * STEP };
      const all = await reader.readMetric("m", range);
      expect(all.map((each) => each.host)).toEqual(hosts);
      for (const one of [all[0], all[59]]) {
        expect(await reader.read(one, range)).toEqual({ times: one.times, values: one.values });
        expect(one.times.length).toBe(38);
      }
    });

    it("are the same whatever the pages", async () => {
      const n = 20_000;
      const lines = Array.from({ length: n }, (_, i) => `c,host=a value=${i} ${MIDNIGHT - i * 97_003}`);
      const place = await holding(lines);
      const { times, values } = await source(place, value("c")).read({ host: "a", metric: "m" }, ALL);
      expect(times).toEqual(Float64Array.from({ length: n }, (_, i) => MIDNIGHT - (n - 1 - i) * 97_003));
      expect(values).toEqual(Float64Array.from({ length: n }, (_, i) => n - 1 - i));
    });
  });

  describe("bucket means of the server", () => {
    it("are those that resample makes of the samples, with their counts", async () => {
      const place = await freshBucket(server);
      let runs = 0;
      const sample = fc.record({ wait: fc.integer({ min: 1, max: 900_000 }), v: fc.integer({ min: 0, max: 1000 }) });
      await fc.assert(
        fc.asyncProperty(
          fc.array(sample, { minLength: 1, maxLength: 60 }),
          fc.integer({ min: -2000, max: 2000 }),
          fc.integer({ min: 0, max: 9000 }),
          fc.constantFrom(60, 300, 420),
          async (samples, from, length, stepSeconds) => {
            const name = `g${++runs}`;
            let time = MIDNIGHT;
            const lines = samples.map(({ wait, v }) => {
              time += wait;
              return `${name},host=a value=${v / 8} ${time}`;
            });
            await writeLines(place, lines);
            const reader = source(place, value(name));
            const key = { host: "a", metric: "m" };
            const step = stepSeconds * 1000;
            const range = { from: MIDNIGHT + from * 1000, to: MIDNIGHT + (from + length) * 1000 };
            const begin = Math.ceil(range.from / step) * step;
            const whole = { from: begin, to: Math.max(begin, Math.floor(range.to / step) * step) };
            const expected = resample(await reader.read(key, whole), { stepSeconds, ...whole });
            const actual = await reader.readGrid(key, { ...range, stepSeconds });
            expect({ ...actual, values: null }).toEqual({ ...expected, values: null });
            actual.values.forEach((mean, i) => {
              if (Number.isNaN(expected.values[i])) expect(mean).toBeNaN();
              else expect(mean).toBeCloseTo(expected.values[i], 9);
            });
          },
        ),
        { numRuns: 25 },
      );
    });

    it("leave out buckets that are not over, and begin and end with the data where the range is open", async () => {
      const place = await holding(Array.from({ length: 60 }, (_, i) => `g,host=a value=${i} ${MIDNIGHT + i * 60_000}`));
      const reader = source(place, value("g"), { clock: () => MIDNIGHT + 33 * 60_000 });
      const grid = await reader.readGrid({ host: "a", metric: "m" }, ALL);
      expect(grid.times[0]).toBe(MIDNIGHT);
      expect([...grid.values]).toEqual([2, 7, 12, 17, 22, 27]);
      expect([...grid.counts]).toEqual(new Array(6).fill(5));
      expect(await reader.readGrids("m", ALL)).toEqual([{ host: "a", metric: "m", ...grid }]);
      const empty = await reader.readGrid({ host: "a", metric: "m" }, { from: MIDNIGHT - HOUR, to: MIDNIGHT });
      expect(empty.values).toEqual(new Float64Array(12).fill(Number.NaN));
      expect((await rejection(reader.readGrid({ host: "b", metric: "m" }, ALL))).code).toBe("UNKNOWN_SERIES");
    });
  });

  describe("texts in queries", () => {
    it("stay texts: whatever a host, a tag or a bucket is called, it selects itself and nothing else", async () => {
      const place = await holding([`c,host=a value=1 ${MIDNIGHT}`]);
      const nasty = fc.oneof(
        fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
        fc.constantFrom(
          'a" or true or "',
          'a" or r["host"] == "a',
          `"\${1 / 0}"`,
          `\${die(msg: 1)}`,
          '\\" or true // ',
          'x") |> drop(columns: ["_value"]) //',
          "$\\{",
          "\\${",
          `$\${x}`,
          '$" or true or "',
          '$" or r["host"] == "a',
          `$\${string(v: 1 + 1)}`,
        ),
      );
      await fc.assert(
        fc.asyncProperty(nasty, nasty, async (name, tag) => {
          fc.pre(name !== "a");
          const reader = source(place, value("c"));
          const read = (from: typeof reader, host: string) => rejection(from.read({ host, metric: "m" }, ALL));
          expect(["UNKNOWN_SERIES", "INVALID_ARGUMENT"]).toContain((await read(reader, name)).code);
          const tagged = source(place, value("c", { tags: { [tag]: name } }));
          expect((await read(tagged, "a")).code).toBe("UNKNOWN_SERIES");
          const elsewhere = source({ ...place, bucket: name }, value("c"));
          expect(await rejection(elsewhere.open())).toMatchObject({ code: "NOT_FOUND" });
        }),
        { numRuns: 40 },
      );
    });

    it("come back from Flux as they went in", async () => {
      const dollars = fc.string({ maxLength: 8, unit: fc.constantFrom("$", "{", "}", '"', "\\", "x", "2", "4") });
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.string({ maxLength: 30, unit: "binary" }), dollars), async (text) => {
          // Flux is UTF-8, which has no lone surrogates, and its answers end lines as CSV does, also those within a text.
          fc.pre(Buffer.from(text).toString() === text && !/[\r\n]/.test(text));
          const query = `import "array"\narray.from(rows: [{_value: "b" + ${fluxString(text)} + "e"}])`;
          const [{ texts }] = await connect(server).query(query);
          expect(texts).toEqual([`b${text}e`]);
        }),
        { numRuns: 60 },
      );
    });
  });

  describe("a server that refuses", () => {
    it("says that the token is wrong, and the bucket missing", async () => {
      const place = await freshBucket(server);
      expect(await rejection(source({ ...place, token: "wrong" }, value("c")).open())).toMatchObject({
        code: "NOT_ALLOWED",
        message: `influxdb: ${place.url} refuses the token or password (401: unauthorized access); check it`,
      });
      const error = await rejection(source({ ...place, bucket: "nowhere" }, value("c")).listSeries());
      expect(error.code).toBe("NOT_FOUND");
      expect(error.message).toContain('could not find bucket "nowhere"');
      expect((await rejection(source({ ...place, org: "nobody" }, value("c")).open())).message).toContain(
        'organization name "nobody" not found',
      );
    });

    it("is read again when it comes back", async () => {
      const place = await holding([`c,host=a value=1 ${MIDNIGHT}`]);
      const reader = source(place, value("c"), { retries: 8 });
      await server.kill();
      expect((await rejection(source(place, value("c"), { retries: 0 }).open())).message).toBe(
        `influxdb: ${place.url} cannot be reached (ECONNREFUSED); is it running?`,
      );
      const reading = reader.read({ host: "a", metric: "m" }, ALL);
      await server.restart();
      expect([...(await reading).values]).toEqual([1]);
    });
  });
});
