import { memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import { describeOutside, possibleValue, withinBounds } from "../src/bounds.js";
import { loadConfig } from "../src/config.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import { STEP_MILLIS } from "../src/settings.js";
import { endOf, readTail } from "../src/tail.js";
import { ID, KEY, valueAtStep, type Watched, watched } from "./watched-service.js";

const open: Watched[] = [];
afterEach(async () => {
  for (const { service } of open.splice(0)) await service.stop();
});
const opened = async (...args: Parameters<typeof watched>) => {
  const one = await watched(...args);
  open.push(one);
  return one;
};
const PERCENT = { lower: 0, upper: 100 };

describe("bounds", () => {
  it("move what rounding explains to the bound, and call the rest impossible", () => {
    const counted = possibleValue(PERCENT);
    expect([0, 100, 42, -0.1, 100.4, 101, -1].map(counted)).toEqual([0, 100, 42, 0, 100, 100, 0]);
    expect([-1.01, 101.5, 5000, -40].map(counted)).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect(counted(Number.NaN)).toBeNaN();
    expect(possibleValue(null)(1e300)).toBe(1e300);
    // A single bound is a measure of its own.
    expect([-1e-9, 0, 1e9].map(possibleValue({ lower: 0 }))).toEqual([Number.NaN, 0, 1e9]);
    expect([100.5, 102, -1e9].map(possibleValue({ upper: 100 }))).toEqual([100, Number.NaN, -1e9]);
    // Whoever gives both values and bounds means them.
    expect([100.4, 100 + 1e-12].map(possibleValue(PERCENT, true))).toEqual([Number.NaN, 100]);
  });

  it("take apart samples, and leave those alone that are all possible", () => {
    const times = Float64Array.of(1, 2, 3, 4);
    const fine = { times, values: Float64Array.of(0, 50, 99, 100) };
    expect(withinBounds(fine, PERCENT).samples).toBe(fine);
    const mixed = { times, values: Float64Array.of(100.4, 5000, 50, -7) };
    expect(withinBounds(mixed, PERCENT)).toEqual({
      samples: { times: Float64Array.of(1, 3), values: Float64Array.of(100, 50) },
      outside: { times: Float64Array.of(2, 4), values: Float64Array.of(5000, -7) },
    });
    expect(withinBounds(mixed, null).samples).toBe(mixed);
  });

  it("are named in words that say what to do", () => {
    const last = { time: Date.parse("2026-11-23T09:58:00Z"), value: 5000 };
    expect(describeOutside({ count: 1, last, bounds: PERCENT }, "of the last day")).toBe(
      "One value of the last day lies outside 0 to 100 and counts as a gap: 5000 at 2026-11-23 09:58 UTC. If such values are possible, give the series other bounds in the configuration.",
    );
    expect(describeOutside({ count: 3, last, bounds: { lower: 0 } }, "of the file", "change --lower")).toBe(
      "3 values of the file lie below 0 and count as gaps, the last one 5000 at 2026-11-23 09:58 UTC. If such values are possible, change --lower.",
    );
  });

  it("make gaps of a grid's impossible values, or refuse them", () => {
    const series = { values: Float64Array.of(1, 5000, 100.4, 3), start: 0, step: null };
    expect([...preprocess(series, { bounds: PERCENT }).values]).toEqual([1, Number.NaN, 100, 3]);
    expect(preprocess(series, { bounds: PERCENT }).gaps).toBe(1);
    expect(() => preprocess(series, { bounds: PERCENT, outside: "refuse" })).toThrow(
      "values[1] is 5000, outside 0 to 100: widen the bounds or make it null",
    );
  });
});

describe("a tail", () => {
  it("counts what it leaves out as a whole reading does, however it grew", async () => {
    const store = memoryStore();
    const begin = Date.parse("2026-11-23T00:00:00Z");
    const from = begin;
    let tail = null as Awaited<ReturnType<typeof readTail>>["tail"] | null;
    for (let step = 0; step < 60; step++) {
      const at = begin + step * STEP_MILLIS;
      const values = [40, step % 7 === 0 ? 900 : 41, step % 11 === 0 ? -50 : 42];
      await store.writeSamples([{ ...KEY, times: [at, at + 60_000, at + 120_000], values }]);
      const now = at + STEP_MILLIS;
      const reach = Math.max(from, now - 40 * STEP_MILLIS);
      ({ tail } = await readTail(store, KEY, tail, { now, from: reach, bounds: PERCENT }));
      const whole = (await readTail(store, KEY, null, { now, from: reach, bounds: PERCENT })).tail;
      expect(tail).toEqual(whole);
    }
    expect(tail?.left?.counts.reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(tail?.left?.last).toEqual({ time: begin + 56 * STEP_MILLIS + 60_000, value: 900 });
    // Other bounds: nothing of what was known counts any more.
    const now = endOf(tail as NonNullable<typeof tail>);
    const wider = await readTail(store, KEY, tail, { now, from: begin, bounds: { lower: -100, upper: 1000 } });
    expect(wider.tail.left).toBeNull();
    expect(Math.max(...wider.tail.values)).toBeCloseTo((40 + 900 + 42) / 3);
  });
});

describe("a series with a glitch", () => {
  it("goes on, says what was left out, and trains on the rest", { timeout: 60_000 }, async () => {
    const registry = memoryRegistry();
    const { service, clock, store, fill } = await opened(200, { registry });
    const at = Math.floor(clock.now() / STEP_MILLIS) - 30;
    const glitch = { ...KEY, times: [at * STEP_MILLIS + 90_000, (at + 1) * STEP_MILLIS + 90_000], values: [5000, -3] };
    await store.writeSamples([glitch]);
    await service.cycle.series();
    expect((await service.catalogue.entry(ID)).reason).toMatch(
      /^Has enough history; the next round forecasts it\. 2 values of the last day lie outside 0 to 100/,
    );
    expect((await service.cycle.inferAll())[0]).toEqual({ id: ID, result: "done", detail: `${ID}@1` });
    const [version] = await registry.versions(ID);
    expect(version.parameters.warnings).toContain("2 values of the last 7 d lie outside 0 to 100 and count as gaps");

    // The next one comes between two rounds.
    await clock.advance(STEP_MILLIS);
    const now = Math.floor(clock.now() / STEP_MILLIS) - 1;
    await fill();
    await service.intake.store([{ ...KEY, times: [now * STEP_MILLIS + 100_000], values: [777] }]);
    expect((await service.cycle.inferAll())[0].result).toBe("done");
    expect(service.fleet.get(ID)?.tail?.values.at(-1)).toBe(valueAtStep(now));
    const entry = await service.catalogue.entry(ID);
    expect(entry).toMatchObject({
      status: "forecast",
      reason: null,
      outside: {
        count: 3,
        last: { time: new Date(now * STEP_MILLIS + 100_000).toISOString(), value: 777 },
        ...PERCENT,
      },
    });
    expect(entry.outside?.note).toContain(
      "3 values of the last day lie outside 0 to 100 and count as gaps, the last one 777",
    );
    const [host] = (await service.overview.hosts({ limit: 1 })).hosts;
    expect(host.why).toBe("CPU said 777, outside 0 to 100: a gap");
    expect(await service.metrics.registry.metrics()).toContain(
      'loadcast_values_outside_bounds{host="web",metric="cpu_percent"} 3',
    );
    // What was measured is shown as it came; what was foreseen is not held against it.
    const { points } = await service.catalogue.history(ID, {});
    expect(Math.max(...points.map(({ value }) => value ?? 0))).toBeGreaterThan(2000);
    await service.cycle.trainAll();
    expect((await registry.versions(ID)).length).toBe(2);
    // A rate that rounding carries beyond the bound is a full load.
    await clock.advance(STEP_MILLIS);
    await fill(() => 100.4);
    expect((await service.cycle.inferAll())[0].result).toBe("done");
    expect(service.fleet.get(ID)?.tail?.values.at(-1)).toBe(100);
  });

  it("of which nothing is possible says so instead of waiting for values", { timeout: 60_000 }, async () => {
    const { service, clock, fill } = await opened(0);
    await clock.advance(40 * STEP_MILLIS);
    await fill((step) => 250 + valueAtStep(step));
    expect((await service.cycle.inferAll())[0].result).toBe("waiting");
    const { status, reason } = await service.catalogue.entry(ID);
    expect(status).toBe("waiting");
    expect(reason).toMatch(
      /^Has 0 of the 36 five-minute values \(3 h\) that a first forecast needs\. 40 values of the last day lie outside 0 to 100 and count as gaps.* give the series other bounds/,
    );
    await expect(service.cycle.train({ id: ID })).rejects.toThrow("lie outside 0 to 100");
  });

  it("takes wider bounds up at once, and has a model for them within a minute", { timeout: 60_000 }, async () => {
    const registry = memoryRegistry();
    const config = loadConfig({ env: { LOADCAST_DEMO: "false", LOADCAST_TRAIN_INTERVAL: "30d" } });
    const { service, clock, fill } = await opened(200, { registry, config });
    await service.cycle.inferAll();
    service.start();
    for (let round = 0; round < 12; round++) {
      await clock.advance(STEP_MILLIS);
      await fill((step) => 2.2 * valueAtStep(step));
    }
    config.series = [{ match: { host: ["web"], metric: undefined }, bounds: { lower: 0, upper: 400 } }];
    // The champion knows nothing above 100: values beyond are gaps to it, and it goes on.
    expect((await service.cycle.inferAll())[0].result).toBe("done");
    expect((await service.catalogue.entry(ID)).outside).toBeNull();
    await clock.advance(60_000);
    const champion = await registry.version(ID, "champion");
    expect(champion?.parameters["data.bounds"]).toBe('{"lower":0,"upper":400}');
    const versions = (await registry.versions(ID)).length;
    await clock.advance(STEP_MILLIS);
    await fill((step) => 2.2 * valueAtStep(step));
    await service.cycle.inferAll();
    const { forecast, modelVersion } = await service.catalogue.forecast(ID);
    expect(modelVersion).toBe(`${ID}@${champion?.version}`);
    expect(Math.max(...forecast.map(({ intervals }) => intervals[1].upper))).toBeGreaterThan(100);
    await clock.advance(600_000);
    expect(await registry.versions(ID)).toHaveLength(versions);
  });
});
