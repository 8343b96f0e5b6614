import { type MetricSink, memoryRegistry, memoryStore, type StoredForecast } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import { inlineExecutor } from "../src/executor/inline.js";
import type { GateInput } from "../src/pipeline/gate.js";
import { type InferInput, infer } from "../src/pipeline/infer.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import type { Weighing } from "../src/pipeline/weighing.js";
import { STEP, STEP_MILLIS } from "../src/settings.js";
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

/** What a round should say, from nothing but the samples, the document, and the weights it was given; or those it should be given now: with four digits more than the narrowest 80 % interval has. */
async function byHand(
  { store, service, clock }: Watched,
  registry: ReturnType<typeof memoryRegistry>,
  weights: Pick<InferInput, "weighing" | "reweigh">,
) {
  const found = await registry.load(ID, "champion");
  if (!found) throw new Error("no champion");
  const end = Math.floor(clock.now() / STEP_MILLIS) * STEP_MILLIS;
  const { times, values } = await store.read(KEY, { from: 0, to: end });
  const start = Math.floor(times[0] / STEP_MILLIS) * STEP_MILLIS;
  const grid = Float64Array.from({ length: (end - start) / STEP_MILLIS }, (_, step) => {
    const own = Array.from(values).filter((_, i) => Math.floor((times[i] - start) / STEP_MILLIS) === step);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
  expect(service.config.training.model).toBe("ensemble");
  const exact = infer({
    prepared: preprocess({ values: grid, start, step: STEP }, { bounds: { lower: 0, upper: 100 } }),
    trained: {
      document: found.document,
      start: Number(found.parameters["data.start"]),
      length: Number(found.parameters["data.values"]),
    },
    horizon: 48,
    levels: [0.8, 0.95],
    ...weights,
  });
  const [{ lower, upper }] = exact.intervals;
  const digits = 4 - Math.floor(Math.log10(Math.min(...upper.map((end, i) => end - lower[i]))));
  const written = (column: Float64Array) => Array.from(column, (value) => Number(value.toFixed(digits)));
  return {
    ...exact,
    median: written(exact.median),
    intervals: exact.intervals.map(({ level, lower, upper }) => ({
      level,
      lower: written(lower),
      upper: written(upper),
    })),
  };
}

describe("rounds of forecasts", () => {
  it("say the same as the whole history appended to the champion, its weights following every four hours", {
    timeout: 120_000,
  }, async () => {
    const registry = memoryRegistry();
    const one = await opened(400, { registry });
    const { service, clock, fill } = one;
    let weighing: Weighing | null = null;
    const moved: number[] = [];
    for (let round = 0; round < 100; round++) {
      const [outcome] = await service.cycle.inferAll();
      expect(outcome).toEqual({ id: ID, result: "done", detail: `${ID}@1` });
      const { forecast } = await service.catalogue.forecast(ID);
      const medians = forecast.map(({ median }) => median);
      let expected = await byHand(one, registry, { weighing });
      // The first weights are those that have followed the values that the gate held back.
      if (!medians.every((value, h) => value === expected.median[h])) {
        expected = await byHand(one, registry, { reweigh: true });
        weighing = expected.weighing;
        moved.push(round);
      }
      expect(medians).toEqual([...expected.median]);
      expect(forecast.map(({ intervals }) => intervals[1].upper)).toEqual([...expected.intervals[1].upper]);
      expect(forecast[0].time).toBe(new Date(expected.times?.[0] ?? 0).toISOString());
      await clock.advance(STEP_MILLIS);
      await fill();
    }
    expect(moved).toHaveLength(3);
    expect(moved[0]).toBe(0);
    expect(moved[1]).toBeLessThan(48);
    expect(moved[2] - moved[1]).toBe(48);
  });

  it("issue a forecast again when samples come late, once, and as if they had been there", {
    timeout: 60_000,
  }, async () => {
    const registry = memoryRegistry();
    const one = await opened(400, { registry });
    const { service, clock, store, events } = one;
    await service.cycle.inferAll();
    const before = await service.catalogue.forecast(ID);
    const { weighing } = await byHand(one, registry, { reweigh: true });
    await clock.advance(20_000);
    // Twenty minutes ago the load was quite another.
    const at = Math.floor(clock.now() / STEP_MILLIS) - 4;
    const shown = async () =>
      (await service.catalogue.history(ID, {})).points.find(({ time }) => Date.parse(time) === at * STEP_MILLIS)?.value;
    expect(await shown()).toBe(valueAtStep(at));
    await service.intake.store([{ ...KEY, times: [at * STEP_MILLIS + 60_000], values: [99] }]);
    // Whoever asked before is not answered from memory now.
    expect(await shown()).toBe(99);
    const controller = new AbortController();
    await service.collect(controller.signal);
    const after = await service.catalogue.forecast(ID);
    expect(after.issuedAt > before.issuedAt).toBe(true);
    expect(after.forecast[0].time).toBe(before.forecast[0].time);
    expect(after.forecast[0].median).not.toBe(before.forecast[0].median);
    expect(after.forecast.map(({ median }) => median)).toEqual([...(await byHand(one, registry, { weighing })).median]);
    expect(events.filter(({ type }) => type === "forecast")).toHaveLength(2);

    // Samples of the step that is open are not late, and one more late one waits for the next round.
    await service.intake.store([{ ...KEY, times: [clock.now()], values: [50] }]);
    await service.intake.store([{ ...KEY, times: [(at - 30) * STEP_MILLIS + 60_000], values: [1] }]);
    await service.collect(controller.signal);
    expect(events.filter(({ type }) => type === "forecast")).toHaveLength(2);
    await clock.advance(STEP_MILLIS);
    await one.fill();
    await service.cycle.inferAll();
    expect((await service.catalogue.forecast(ID)).forecast.map(({ median }) => median)).toEqual([
      ...(await byHand(one, registry, { weighing })).median,
    ]);
    // Both forecasts are kept.
    expect(await store.forecasts(KEY, { from: 0, to: clock.now() + 1 })).toHaveLength(3);
  });

  it("reach every sink, whatever one of them does", { timeout: 60_000 }, async () => {
    const taken: StoredForecast[] = [];
    const good: MetricSink = { name: "good", writeForecast: async (f) => void taken.push(f), close: async () => {} };
    const bad: MetricSink = { ...good, name: "bad", writeForecast: () => Promise.reject(new Error("it is full")) };
    const lines: string[] = [];
    const log = { debug: () => {}, info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const { service, clock, fill, store } = await opened(100, { sinks: [bad, good], log });
    for (let round = 0; round < 2; round++) {
      expect((await service.cycle.inferAll())[0].result).toBe("done");
      await clock.advance(STEP_MILLIS);
      await fill();
    }
    expect(taken).toHaveLength(2);
    expect(taken[0].intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
    expect(taken[0]).toMatchObject({ ...KEY, modelVersion: `${ID}@1` });
    expect((await store.latestForecast(KEY))?.intervals.map(({ level }) => level)).toEqual([0.8, 0.95, 0.99]);
    expect(lines.filter((line) => line.includes("bad does not take forecasts: it is full"))).toHaveLength(1);
  });

  it("find drift, record anomalies, and have another model trained, with a pause between two", {
    timeout: 120_000,
  }, async () => {
    const inline = inlineExecutor();
    /** Whether weights were to follow, by round. */
    const followed: boolean[] = [];
    /** Whether what is accepted was to be fitted again, by training. */
    const refits: unknown[] = [];
    const executor: typeof inline = {
      ...inline,
      run(job, input, options) {
        if (job === "inferMany") followed.push((input as InferInput[]).some(({ reweigh }) => reweigh));
        if (job === "gate") refits.push((input as GateInput).refit);
        return inline.run(job, input, options);
      },
    };
    const env = { LOADCAST_TRAIN_INTERVAL: "30d" };
    const { service, clock, fill, events, store } = await opened(400, { env, executor });
    service.start();
    await clock.advance(10_000);
    const trained = () => events.filter(({ type }) => type === "model").length;
    expect(trained()).toBe(1);
    // Another load comes on top: the wave goes on, but far above.
    const strange = (step: number) => Math.min(100, valueAtStep(step) + 35);
    let driftAt: number | null = null;
    for (let step = 1; step <= 40; step++) {
      await clock.advance(STEP_MILLIS - 12_000);
      await clock.advance(5000);
      await fill(strange);
      await clock.advance(7000);
      if (driftAt === null && service.fleet.get(ID)?.drift) {
        driftAt = step;
        // Not in four hours: in this very round.
        expect(followed.slice(-2)).toContain(true);
        const overview = await service.overview.hosts({ limit: 10 });
        expect(overview.hosts[0].series[0].anomalous).toBe(true);
        expect(overview.hosts[0].attention).toBeGreaterThan(0);
      }
    }
    expect(driftAt).not.toBeNull();
    // Its alarm goes on for hours; the next training has to wait for six of them.
    expect(trained()).toBe(2);
    expect(refits).toEqual([false, true]);
    const found = await service.monitor.anomalies(ID, {});
    expect(found.anomalies.length).toBeGreaterThanOrEqual(2);
    expect(await store.anomalies(KEY, { from: 0, to: Infinity })).toHaveLength(found.anomalies.length);
    expect(events.filter(({ type }) => type === "anomaly")).toHaveLength(found.anomalies.length);
    for (const { value, lower, upper } of found.anomalies) expect(value < lower || value > upper).toBe(true);
    const text = await service.metrics.registry.metrics();
    expect(text).toContain(`loadcast_anomalies_total{host="web",metric="cpu_percent"} ${found.anomalies.length}`);
    expect(text).toMatch(/loadcast_forecast_error\{host="web",metric="cpu_percent",horizon="5m",measure="mae"\} \d/);
  });

  it("put the scores of the last day together again after a restart", { timeout: 60_000 }, async () => {
    const registry = { ...memoryRegistry(), close: async () => {} };
    const store = { ...memoryStore(), close: async () => {} };
    const first = await opened(400, { registry, store });
    const { service, clock, fill } = first;
    for (let round = 0; round < 15; round++) {
      await service.cycle.inferAll();
      await clock.advance(STEP_MILLIS);
      await fill();
    }
    await service.cycle.inferAll();
    const second = await opened(0, { registry, store });
    await second.clock.advance(clock.now() - second.clock.now());
    await second.service.cycle.inferAll();
    second.service.start();
    await second.clock.advance(90_000);
    const sum = (one: Watched) => one.service.fleet.get(ID)?.scores.sum(clock.now());
    expect(sum(second)).toEqual(sum(first));
    expect(sum(first)?.[0].count).toBe(15);
    expect(sum(first)?.[1].count).toBe(4);
  });

  it("say why, where there is none", { timeout: 60_000 }, async () => {
    const registry = memoryRegistry();
    const inline = inlineExecutor();
    let broken = false;
    const executor: typeof inline = {
      ...inline,
      run: (job, input, options) =>
        broken ? Promise.reject(new Error("no more threads")) : inline.run(job, input, options),
    };
    const { service, clock, fill } = await opened(20, { registry, executor });
    expect((await service.catalogue.entry(ID)).reason).toMatch(/^Has 20 of the 36 five-minute values/);
    await clock.advance(20 * STEP_MILLIS);
    await fill();
    broken = true;
    await service.cycle.inferAll();
    expect(await service.catalogue.entry(ID)).toMatchObject({
      status: "failed",
      reason: "The last attempt failed: no more threads",
    });
    broken = false;
    // A champion that another program put there says nothing of the data it knows.
    const foreign = await registry.register({
      model: ID,
      key: "x",
      startedAt: 0,
      endedAt: 1,
      status: "finished",
      parameters: {},
      metrics: {},
      document: "{}",
    });
    await registry.setAlias(ID, "champion", foreign.version);
    expect((await service.cycle.inferAll())[0]).toMatchObject({ result: "done" });
    expect((await service.catalogue.entry(ID)).modelVersion).toBe(`${ID}@2`);
  });
});
