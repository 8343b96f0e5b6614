import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { missing, startServer } from "../../../../../tools/stack/index.mjs";
import {
  type PrometheusSinkOptions,
  prometheusSink,
  prometheusSource,
  type StoredForecast,
} from "../../../src/index.js";
import { rejection } from "../../conformance/rejection.js";
import { forecastOf } from "../../conformance/sink.js";

const ISSUED = Date.UTC(2026, 1, 1);
const MINUTE = 60_000;
const CPU = { host: "web-1", metric: "cpu_percent" };
/** Four hours in steps of five minutes; the median of a step is its number, from 1. */
const numbered = (key = CPU, issuedAt = ISSUED): StoredForecast => {
  const forecast = forecastOf(key, issuedAt, 48);
  const steps = forecast.times.map((_, i) => i + 1);
  return {
    ...forecast,
    median: steps,
    intervals: [{ level: 80, lower: steps.map((s) => s - 0.5), upper: steps.map((s) => s + 0.5) }],
  };
};

function sinkAt(options: PrometheusSinkOptions = {}) {
  let now = ISSUED;
  const sink = prometheusSink({ clock: () => now, ...options });
  const lines = () =>
    sink
      .render()
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
  return {
    sink,
    lines,
    after: (millis: number) => {
      now = ISSUED + millis;
    },
    /** Median by horizon. */
    medians: () =>
      Object.fromEntries(
        lines().flatMap((line) => {
          const found = /horizon="(\w+)",estimate="median"} (\S+)/.exec(line);
          return found === null ? [] : [[found[1], Number(found[2])]];
        }),
      ),
  };
}

describe("prometheusSink", () => {
  it("renders the newest forecast by horizon and quantile, and when it was issued", async () => {
    const { sink, lines } = sinkAt();
    expect(sink.render()).toBe("");
    await sink.writeForecast(numbered());
    expect(lines()).toEqual([
      ...[
        ["5m", 1],
        ["1h", 12],
        ["4h", 48],
      ].flatMap(([horizon, step]) => [
        `loadcast_forecast{host="web-1",metric="cpu_percent",horizon="${horizon}",estimate="median"} ${step}`,
        `loadcast_forecast{host="web-1",metric="cpu_percent",horizon="${horizon}",estimate="lower80"} ${Number(step) - 0.5}`,
        `loadcast_forecast{host="web-1",metric="cpu_percent",horizon="${horizon}",estimate="upper80"} ${Number(step) + 0.5}`,
      ]),
      `loadcast_forecast_issued_timestamp_seconds{host="web-1",metric="cpu_percent"} ${ISSUED / 1000}`,
    ]);
  });

  it("has the furthest horizon when a forecast begins at the bucket that is not yet full", async () => {
    const { sink, medians, after } = sinkAt();
    const early = numbered();
    // Issued three minutes into the second bucket after the last value: the last of the 48 steps begins 8 minutes short of four hours.
    await sink.writeForecast({ ...early, issuedAt: ISSUED + 8 * MINUTE });
    after(8 * MINUTE);
    expect(medians()["4h"]).toBe(48);
    after(14 * MINUTE);
    expect(medians()["4h"]).toBe(48);
  });

  it("gives a level that is a share of one the same name", async () => {
    const { sink, lines } = sinkAt();
    const [interval] = numbered().intervals;
    await sink.writeForecast({ ...numbered(), intervals: [{ ...interval, level: 0.8 }] });
    expect(lines().filter((line) => line.includes('estimate="lower80"')).length).toBe(3);
  });

  it("counts horizons from the time of the scrape", async () => {
    const { sink, medians, after } = sinkAt();
    await sink.writeForecast(numbered());
    const at = (minutes: number) => {
      after(minutes * MINUTE);
      return medians();
    };
    expect(at(2)).toEqual({ "5m": 1, "1h": 12, "4h": 48 });
    expect(at(2.5)).toEqual({ "5m": 2, "1h": 13, "4h": 48 });
    expect(at(7)).toEqual({ "5m": 2, "1h": 13, "4h": 48 });
    expect(at(14)).toEqual({ "5m": 4, "1h": 15, "4h": 48 });
  });

  it("leaves out what a forecast does not reach, and what is not finite", async () => {
    const { sink, medians, after } = sinkAt({ horizonSeconds: [300, 600, 900, 3600] });
    await sink.writeForecast({ ...forecastOf(CPU, ISSUED, 3), median: [1, Number.NaN, 3] });
    expect(medians()).toEqual({ "5m": 1, "15m": 3 });
    after(-20 * MINUTE); // the forecast of a clock that is ahead
    expect(medians()).toEqual({});
    await sink.writeForecast(forecastOf(CPU, ISSUED + 1, 0));
    after(0);
    expect(medians()).toEqual({});
  });

  it("stops showing a forecast that is old, and forgets it in time", async () => {
    const { sink, lines, after } = sinkAt({ staleSeconds: 600, forgetSeconds: 3600 });
    await sink.writeForecast(numbered());
    after(600_000);
    expect(lines().length).toBe(10);
    after(600_001);
    expect(lines()).toEqual([
      `loadcast_forecast_issued_timestamp_seconds{host="web-1",metric="cpu_percent"} ${ISSUED / 1000}`,
    ]);
    after(3_600_001);
    expect(sink.render()).toBe("");
  });

  it("keeps the newest, whatever order they come in", async () => {
    const { sink, medians, after } = sinkAt();
    const later = { ...numbered(CPU, ISSUED + 5 * MINUTE), median: new Array(48).fill(7) };
    await sink.writeForecasts?.([later, numbered()]);
    after(5 * MINUTE);
    expect(medians()).toEqual({ "5m": 7, "1h": 7, "4h": 7 });
    await sink.writeForecast({ ...later, median: new Array(48).fill(8) });
    expect(medians()["1h"]).toBe(8);
  });

  it("refuses bad forecasts and options, and every call after close()", async () => {
    const { sink } = sinkAt();
    expect((await rejection(sink.writeForecast({ ...numbered(), mean: [1] }))).code).toBe("INVALID_ARGUMENT");
    for (const options of [{ horizonSeconds: [0] }, { staleSeconds: -1 }, { forgetSeconds: Number.NaN }]) {
      expect(() => prometheusSink(options)).toThrow(/must hold positive numbers of seconds/);
    }
    await sink.close();
    await sink.close();
    expect((await rejection(sink.writeForecast(numbered()))).code).toBe("CLOSED");
    expect(() => sink.render()).toThrow("the sink is closed");
  });

  const without = missing("prometheus");
  describe.skipIf(without)(`with a real Prometheus${without}`, () => {
    const stops: (() => unknown)[] = [];
    afterEach(async () => {
      for (const stop of stops.splice(0)) await stop();
    });

    it("passes promtool, whatever hosts are called", async () => {
      const { sink } = sinkAt();
      for (const host of ["web-1", 'it\'s "x"', "a\\", "größe", "a}{b", "a,b=c"]) {
        await sink.writeForecast(numbered({ ...CPU, host }));
      }
      const { stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
        input: sink.render(),
        encoding: "utf8",
      });
      expect(`${stdout}${stderr}`).toBe("");
      const broken = spawnSync("promtool", ["check", "metrics"], { input: `${sink.render()}x{\n`, encoding: "utf8" });
      expect(broken.stderr).toContain("error while linting");
    });

    it("is scraped, and what was a forecast is gone when it is stale", async () => {
      const sink = prometheusSink({ staleSeconds: 5, horizonSeconds: [300, 5400] });
      const hosts = ["web-1", 'it\'s "x"\\'];
      const issue = () => Promise.all(hosts.map((host) => sink.writeForecast(numbered({ ...CPU, host }, Date.now()))));
      await issue();
      const metrics = createServer((_, response) => {
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" });
        response.end(`# TYPE up_again gauge\nup_again 1\n${sink.render()}`);
      });
      await new Promise<void>((resolve) => metrics.listen(0, "127.0.0.1", resolve));
      stops.push(() => metrics.close());
      const again = setInterval(issue, 500);
      stops.push(() => clearInterval(again));
      const { url, stop } = await startServer("prometheus", {
        scrape: [`127.0.0.1:${(metrics.address() as AddressInfo).port}`],
      });
      stops.push(stop);
      const source = prometheusSource({
        url,
        hostLabel: "host",
        stepSeconds: 1,
        metrics: {
          soon: { query: 'loadcast_forecast{horizon="5m",estimate="median",$selector}' },
          later: { query: 'loadcast_forecast{horizon="90m",estimate="upper80",$selector}' },
          age: { query: "time() - loadcast_forecast_issued_timestamp_seconds{$selector}" },
        },
      });
      const last = async (metric: string) => {
        const found = await source.readMetric(metric, { from: Date.now() - 2000, to: Date.now() });
        return Object.fromEntries(found.map(({ host, values }) => [host, values.at(-1)]));
      };
      await vi.waitFor(
        async () => expect(await last("soon")).toEqual(Object.fromEntries(hosts.map((host) => [host, 1]))),
        { timeout: 30_000, interval: 200 },
      );
      expect(await last("later")).toEqual(Object.fromEntries(hosts.map((host) => [host, 18.5])));
      for (const age of Object.values(await last("age"))) expect(age).toBeGreaterThan(-1);
      clearInterval(again);
      await vi.waitFor(async () => expect(await last("soon")).toEqual({}), { timeout: 30_000, interval: 200 });
      expect(Object.keys(await last("age"))).toEqual(hosts.sort());
    });
  });
});
