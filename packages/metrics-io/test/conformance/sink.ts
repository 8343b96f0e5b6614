import { afterEach, describe, expect, it } from "vitest";
import type { MetricSink, SeriesKey, StoredForecast } from "../../src/index.js";
import { rejection } from "./rejection.js";

/** What can be seen of a forecast after it was written. */
export type Written = Pick<StoredForecast, "times" | "mean" | "median" | "intervals">;

export interface SinkUnderTest {
  /** A sink with nothing in it, and a way to see what it holds of a series: null for nothing. */
  create(): Promise<{ sink: MetricSink; written: (key: SeriesKey) => Promise<Written | null> }>;
  /** Time the forecasts are issued at. */
  readonly issuedAt: number;
}

export function forecastOf(key: SeriesKey, issuedAt: number, steps = 3, offset = 0): StoredForecast {
  const times = Array.from({ length: steps }, (_, i) => issuedAt + (i + 1) * 300_000);
  const column = (base: number) => times.map((_, i) => base + offset + i / 7);
  return {
    ...key,
    issuedAt,
    modelVersion: `${key.host}/${key.metric}@7`,
    times,
    mean: column(40),
    median: column(39),
    intervals: [
      { level: 80, lower: column(30), upper: column(50) },
      { level: 95, lower: column(20), upper: column(60) },
    ],
  };
}

/** What every MetricSink must do. */
export function describeSink(name: string, { create, issuedAt }: SinkUnderTest): void {
  describe(`${name} as a MetricSink`, () => {
    const CPU: SeriesKey = { host: "web-1", metric: "cpu_percent" };
    const opened: MetricSink[] = [];
    const fresh = async () => {
      const made = await create();
      opened.push(made.sink);
      return made;
    };
    afterEach(async () => {
      for (const sink of opened.splice(0)) await sink.close();
    });
    const visible = ({ times, mean, median, intervals }: StoredForecast): Written => ({
      times,
      mean,
      median,
      intervals,
    });

    it("holds what was written, once, however often it was", async () => {
      const { sink, written } = await fresh();
      const forecast = forecastOf(CPU, issuedAt, 48);
      for (let i = 0; i < 3; i++) await sink.writeForecast(forecast);
      expect(await written(CPU)).toEqual(visible(forecast));
    });

    it("lets a later forecast of the same times win", async () => {
      const { sink, written } = await fresh();
      await sink.writeForecast(forecastOf(CPU, issuedAt));
      const second = forecastOf(CPU, issuedAt, 3, 5);
      await sink.writeForecast(second);
      expect(await written(CPU)).toEqual(visible(second));
    });

    it("tells series apart whatever their names are", async () => {
      const { sink, written } = await fresh();
      const hosts = ["a", "A", "a/b", "a b", "a,b=c", `it's "x" \${y}`, "größe-機器", "a\\b", "#a", "a\u2028b"];
      const keys = hosts.flatMap((host) => ["m", "m 2"].map((metric) => ({ host, metric })));
      for (const [i, key] of keys.entries()) await sink.writeForecast(forecastOf(key, issuedAt, 2, i));
      for (const [i, key] of keys.entries()) {
        expect(await written(key)).toEqual(visible(forecastOf(key, issuedAt, 2, i)));
      }
      expect(await written({ host: "b", metric: "m" })).toBeNull();
    });

    it("takes typed columns, and forecasts without intervals or without steps", async () => {
      const { sink, written } = await fresh();
      const plain = { ...forecastOf(CPU, issuedAt), intervals: [] };
      const mean = Float64Array.from(plain.mean);
      const writing = sink.writeForecast({ ...plain, mean: mean as unknown as number[] });
      mean.fill(0); // the caller may reuse its arrays at once
      await writing;
      expect(await written(CPU)).toEqual(visible(plain));
      await sink.writeForecast(forecastOf({ ...CPU, host: "none" }, issuedAt, 0));
    });

    it("keeps every bit of a value", async () => {
      const { sink, written } = await fresh();
      const mean = [0.1 + 0.2, Number.MIN_VALUE, Number.MAX_VALUE, -1 / 3, 2 ** 53 + 2, 1e-7];
      const forecast = { ...forecastOf(CPU, issuedAt, mean.length), mean };
      await sink.writeForecast(forecast);
      expect((await written(CPU))?.mean).toEqual(mean);
    });

    it.each<[string, Partial<StoredForecast>]>([
      ["a column that is too short", { mean: [1] }],
      ["times that do not rise", { times: [3, 2, 1] }],
      ["a level of 0", { intervals: [{ level: 0, lower: [1, 1, 1], upper: [1, 1, 1] }] }],
      ["no issue time", { issuedAt: Number.NaN }],
      ["an empty host", { host: "" }],
      ["a metric with a slash", { metric: "a/b" }],
    ])("refuses a forecast with %s, and writes nothing of it", async (_, change) => {
      const { sink, written } = await fresh();
      const bad = { ...forecastOf(CPU, issuedAt), ...change };
      expect((await rejection(sink.writeForecast(bad))).code).toBe("INVALID_ARGUMENT");
      if (sink.writeForecasts) {
        const both = sink.writeForecasts([forecastOf(CPU, issuedAt), bad]);
        expect((await rejection(both)).code).toBe("INVALID_ARGUMENT");
      }
      expect(await written(CPU)).toBeNull();
    });

    it("takes several at once as it takes one after the other", async () => {
      const { sink, written } = await fresh();
      const keys = Array.from({ length: 20 }, (_, i) => ({ host: `h${i}`, metric: "m" }));
      const forecasts = keys.map((key, i) => forecastOf(key, issuedAt, 4, i));
      if (sink.writeForecasts) await sink.writeForecasts(forecasts);
      else await Promise.all(forecasts.map((forecast) => sink.writeForecast(forecast)));
      for (const [i, key] of keys.entries()) expect(await written(key)).toEqual(visible(forecasts[i]));
    });

    it("opens more than once, and is closed for good", async () => {
      const { sink } = await fresh();
      await sink.open?.();
      await sink.open?.();
      await sink.close();
      await sink.close();
      expect((await rejection(sink.writeForecast(forecastOf(CPU, issuedAt)))).code).toBe("CLOSED");
      if (sink.open) expect((await rejection(sink.open())).code).toBe("CLOSED");
    });
  });
}
