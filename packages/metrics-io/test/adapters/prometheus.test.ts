import { totalmem } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  CREDENTIALS,
  missing,
  type RunningServer,
  type SeedSample,
  startServer,
} from "../../../../tools/stack/index.mjs";
import { nodeExporter, type PrometheusSourceOptions, prometheusSource, windowsExporter } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";

const ALL = { from: -Infinity, to: Infinity };
const MIDNIGHT = Date.UTC(2026, 1, 1);
const HOUR = 3_600_000;
const running: RunningServer[] = [];
const started = async <T extends RunningServer>(server: Promise<T>): Promise<T> => {
  running.push(await server);
  return server;
};
const stopAll = async () => {
  for (const server of running.splice(0)) await server.stop();
};

const without = missing("prometheus");
describe.skipIf(without)(`prometheusSource${without}`, () => {
  describe("reading samples as they were scraped", () => {
    afterAll(stopAll);
    describeSource("prometheusSource", {
      keys: [
        { host: 'web-1:9100 "a"\\b', metric: "cpu_percent" },
        { host: 'web-1:9100 "a"\\b', metric: "memory_percent" },
      ],
      knowsExtent: false,
      async create({ times, values }) {
        const seed = ["cpu", "memory"].flatMap((name) =>
          [...times].map((time, i): SeedSample => [`${name}{instance="web-1:9100 \\"a\\"\\\\b"}`, time, values[i]]),
        );
        const { url } = await started(startServer("prometheus", { seed }));
        return prometheusSource({
          url,
          metrics: { cpu_percent: { samples: "cpu{$selector}" }, memory_percent: { samples: "memory{$selector}" } },
          clock: () => MIDNIGHT + HOUR,
          retentionSeconds: 86_400,
        });
      },
    });
  });

  describe("with a server of known contents", () => {
    let url = "";
    const source = (options: Partial<PrometheusSourceOptions> = {}) =>
      prometheusSource({
        url,
        metrics: { load: { query: 'load{job="node",$selector}' } },
        clock: () => MIDNIGHT + 48 * HOUR,
        ...options,
      });
    /** 46 h at 15 s is 11,041 points: more than Prometheus gives in one answer. */
    const points = 11_041;

    beforeAll(async () => {
      const seed: SeedSample[] = [];
      for (let i = 0; i < points; i++) seed.push([`load{instance="a",job="node"}`, MIDNIGHT + i * 15_000, i]);
      for (let i = 0; i < 4 * 60; i++) {
        for (const host of ["b", "c", "d"])
          seed.push([`load{instance="${host}",job="node"}`, MIDNIGHT + i * 15_000, i % 7]);
        seed.push([`load{instance="z",job="other"}`, MIDNIGHT + i * 15_000, 1]);
        for (const disk of ["sda", "sdb"]) seed.push([`io{instance="a",disk="${disk}"}`, MIDNIGHT + i * 15_000, 1]);
        // A roll-out in the middle of the hour: the host is the same, a label is another.
        const version = i < 2 * 60 ? "1" : "2";
        seed.push([`app{instance="a",version="${version}"}`, MIDNIGHT + i * 15_000, i]);
        seed.push([`app{instance="b",version="1"}`, MIDNIGHT + i * 15_000, 1]);
        seed.push([`half{instance="a"}`, MIDNIGHT + i * 15_000, i % 2 === 0 ? Number.NaN : i]);
      }
      url = (await started(startServer("prometheus", { seed }))).url;
    }, 120_000);
    afterAll(stopAll);

    it("reads more points than Prometheus gives at once, each once", async () => {
      const { times, values } = await source().read(
        { host: "a", metric: "load" },
        { from: MIDNIGHT, to: MIDNIGHT + 46 * HOUR + 1 },
      );
      expect(times).toEqual(Float64Array.from({ length: points }, (_, i) => MIDNIGHT + i * 15_000));
      expect(values).toEqual(Float64Array.from({ length: points }, (_, i) => i));
    });

    it("gives the same where samples are read as scraped", async () => {
      const raw = source({ metrics: { load: { samples: 'load{job="node",$selector}' } } });
      const range = { from: MIDNIGHT + 1, to: MIDNIGHT + 46 * HOUR };
      const key = { host: "a", metric: "load" };
      expect(await raw.read(key, range)).toEqual(await source().read(key, range));
    });

    it("evaluates a query on multiples of the step inside the range", async () => {
      const range = { from: MIDNIGHT + 7 * 60_000, to: MIDNIGHT + 15 * 60_000 };
      const { times, values } = await source({ stepSeconds: 300 }).read({ host: "a", metric: "load" }, range);
      expect([...times]).toEqual([MIDNIGHT + 600_000]);
      expect([...values]).toEqual([40]);
    });

    it("reads all hosts of a metric at once", async () => {
      const hour = { from: MIDNIGHT, to: MIDNIGHT + HOUR };
      for (const metric of [{ query: "load{$selector}" }, { samples: "load{$selector}" }]) {
        const all = await source({ metrics: { load: metric }, matchers: 'job="node"' }).readMetric("load", hour);
        expect(all.map(({ host, times }) => [host, times.length])).toEqual(
          ["a", "b", "c", "d"].map((host) => [host, 240]),
        );
        expect(all[1].values).toEqual((await source().read({ host: "b", metric: "load" }, hour)).values);
      }
    });

    it("lists the hosts that were there of late, and reads the others nonetheless", async () => {
      const ids = async (options: Partial<PrometheusSourceOptions>) =>
        (await source(options).listSeries()).map(({ id }) => id);
      expect(await ids({})).toEqual(["a/load"]);
      expect(await ids({ listedSeconds: 3 * 86_400 })).toEqual(["a/load", "b/load", "c/load", "d/load"]);
      expect(
        (await source().read({ host: "b", metric: "load" }, { from: MIDNIGHT, to: MIDNIGHT + HOUR })).times.length,
      ).toBe(240);
    });

    it("takes NaN for a gap", async () => {
      const { values } = await source({ metrics: { half: { samples: "half{$selector}" } } }).read(
        { host: "a", metric: "half" },
        ALL,
      );
      expect(values.length).toBe(120);
    });

    it("goes on with a host whose labels change", async () => {
      const hour = { from: MIDNIGHT, to: MIDNIGHT + HOUR };
      for (const app of [{ query: "app{$selector}" }, { samples: "app{$selector}" }]) {
        const { times, values } = await source({ metrics: { app } }).read({ host: "a", metric: "app" }, hour);
        expect([...values]).toEqual(Array.from({ length: 240 }, (_, i) => i));
        expect(times).toHaveLength(240);
        const all = await source({ metrics: { app } }).readMetric("app", hour);
        expect(all.map(({ host, values }) => [host, values.at(-1), values.length])).toEqual([
          ["a", 239, 240],
          ["b", 1, 240],
        ]);
      }
    });

    it("refuses a query that mixes several series, or loses the host", async () => {
      const read = (query: string) =>
        rejection(
          source({ metrics: { io: { query } } }).read(
            { host: "a", metric: "io" },
            { from: MIDNIGHT, to: MIDNIGHT + HOUR },
          ),
        );
      expect((await read("io{$selector}")).message).toContain(
        "it gives several series for a; aggregate them by instance",
      );
      expect((await read("sum(io{$selector})")).message).toContain("its result has no label instance; aggregate by it");
      const summed = source({ metrics: { io: { query: "sum by ($label) (io{$selector})" } } });
      const { values } = await summed.read({ host: "a", metric: "io" }, { from: MIDNIGHT, to: MIDNIGHT + 1 });
      expect([...values]).toEqual([2]);
    });

    it("passes on what Prometheus says of a wrong query", async () => {
      const error = await rejection(source({ metrics: { x: { query: "rate(load{$selector})" } } }).listSeries());
      expect(error.message).toMatch(/^prometheus: .* refused the request \(400: .*expected type range vector/);
    });

    it("understands the presets of both exporters", async () => {
      for (const metrics of [nodeExporter, windowsExporter]) expect(await source({ metrics }).listSeries()).toEqual([]);
    });

    it("says so when nobody is there", async () => {
      // The port is taken by no server: it was free a moment ago.
      const { url: free, stop } = await startServer("prometheus");
      await stop();
      const error = await rejection(source({ url: free, retries: 0 }).open());
      expect(error).toMatchObject({
        code: "UNAVAILABLE",
        message: `prometheus: ${free} cannot be reached (ECONNREFUSED); is it running?`,
      });
    });

    it("gives no half of an answer when the server dies in the middle of a read", async () => {
      const server = await startServer("prometheus", {
        seed: Array.from({ length: 5000 }, (_, i): SeedSample => ['load{instance="a"}', MIDNIGHT + i * 15_000, i]),
      });
      const dying = prometheusSource({
        url: server.url,
        retries: 1,
        metrics: { load: { samples: "load{$selector}" } },
        clock: () => MIDNIGHT + 48 * HOUR,
      });
      // 400 pages: the server is gone before the last.
      const reading = rejection(dying.read({ host: "a", metric: "load" }, ALL));
      await server.kill();
      expect((await reading).code).toBe("UNAVAILABLE");
    });

    it("reads with a password, and says that it is wrong", async () => {
      const server = await started(startServer("prometheus", { password: true }));
      await prometheusSource({ url: server.url, ...CREDENTIALS }).open();
      await prometheusSource({ url: server.url.replace("//", "//reader:right@") }).open();
      for (const password of ["wrong", ""]) {
        const error = await rejection(prometheusSource({ url: server.url, ...CREDENTIALS, password }).open());
        expect(error).toMatchObject({
          code: "NOT_ALLOWED",
          message: `prometheus: ${server.url} refuses the token or password (401: Unauthorized); check it`,
        });
      }
    });

    it("says that something else answers", async () => {
      const error = await rejection(source({ url: `${url}/graph` }).open());
      expect(error.message).toMatch(/does not have what was asked for|is this the right address/);
    });
  });

  const withoutExporter = missing("node-exporter");
  describe.skipIf(withoutExporter)(`with a node exporter${withoutExporter}`, () => {
    afterEach(stopAll);

    it("reads CPU and memory in use of this machine", async () => {
      const exporter = await started(startServer("node-exporter"));
      const { url } = await started(startServer("prometheus", { scrape: [new URL(exporter.url).host] }));
      const source = prometheusSource({ url, stepSeconds: 1 });
      // A rate needs two scrapes.
      await vi.waitFor(async () => expect((await source.listSeries()).length).toBe(2), {
        timeout: 20_000,
        interval: 200,
      });
      const series = await source.listSeries();
      expect(series.map(({ id }) => id)).toEqual([
        `${new URL(exporter.url).host}/cpu_percent`,
        `${new URL(exporter.url).host}/memory_percent`,
      ]);
      for (const each of series) {
        const lastMinute = () => source.read(each, { from: Date.now() - 60_000, to: Date.now() });
        await vi.waitFor(async () => expect((await lastMinute()).values.length).toBeGreaterThan(0), {
          timeout: 20_000,
        });
        const { values } = await lastMinute();
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(100);
        }
      }
      const total = prometheusSource({
        url,
        metrics: { total: { samples: "node_memory_MemTotal_bytes{$selector}" } },
      });
      const { values } = await total.read(
        { host: new URL(exporter.url).host, metric: "total" },
        { from: Date.now() - 60_000, to: Date.now() },
      );
      expect(values.at(-1)).toBe(totalmem());
    });
  });
});

describe("prometheusSource", () => {
  it.each<[RegExp, Partial<PrometheusSourceOptions>]>([
    [/url must be an address/, { url: "localhost" }],
    [/stepSeconds must be a positive number/, { stepSeconds: 0 }],
    [/hostLabel must be a label name/, { hostLabel: "a b" }],
    [/metrics must name at least one/, { metrics: {} }],
    [/the metric m needs \$selector/, { metrics: { m: { query: "up" } } }],
  ])("refuses options with %s", (message, options) => {
    expect(() => prometheusSource({ url: "http://127.0.0.1:9090", ...options })).toThrow(message);
  });
});
