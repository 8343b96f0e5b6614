import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Executor } from "../../src/executor/executor.js";
import type { Prepared } from "../../src/pipeline/preprocess.js";
import { train } from "../../src/pipeline/train.js";

export interface ExecutorUnderTest {
  create(): Promise<Executor> | Executor;
  /** Runs end when their signal fires, not only before they start. Default true. */
  stopsRunning?: boolean;
}

export const wave = Float64Array.from({ length: 120 }, (_, t) => 20 + 5 * Math.sin(t / 3) + ((t * 7919) % 13) / 5);
export const spec = { order: [1, 0, 1] as const };

export function prepared(values: Float64Array, metric = false): Prepared {
  return {
    values,
    start: 0,
    step: { unit: "millisecond", count: 300_000 },
    gaps: 0,
    trailing: 0,
    periods: metric ? [12] : [],
    metric,
    bounds: null,
  };
}

/** A search that takes long enough to be stopped in the middle. */
export const longSearch = () => ({
  prepared: prepared(
    Float64Array.from({ length: 1500 }, (_, t) => 50 + 20 * Math.sin(t / 2) + ((t * 7919) % 101) / 5),
    true,
  ),
});

/** What every Executor must do. */
export function describeExecutor(name: string, { create, stopsRunning = true }: ExecutorUnderTest): void {
  describe(`${name} executor`, () => {
    let executor: Executor;
    beforeEach(async () => {
      executor = await create();
    });
    afterEach(() => executor.close());

    it("gives what the pipeline's own functions give, typed arrays, gaps and all", async () => {
      const values = wave.slice();
      values[7] = Number.NaN;
      const trained = await executor.run("train", { prepared: prepared(values), spec });
      expect(trained).toEqual(train({ prepared: prepared(values), spec }));
      const ahead = await executor.run("infer", { prepared: prepared(values), trained, horizon: 5, levels: [0.8] });
      expect(ahead.median).toHaveLength(5);
      expect(ahead.times?.[0]).toBe(120 * 300_000);
      expect(values[0]).toBe(20);
    });

    it("carries numbers that JSON has no word for", async () => {
      const trained = await executor.run("train", { prepared: prepared(new Float64Array(60).fill(7)), spec });
      expect(trained).toMatchObject({ logLik: Infinity });
    });

    it("keeps the code of a failure, and goes on", async () => {
      await expect(executor.run("train", { prepared: prepared(wave.slice(0, 2)), spec })).rejects.toMatchObject({
        name: "JobError",
        code: "TOO_SHORT",
      });
      expect((await executor.run("train", { prepared: prepared(wave), spec })).length).toBe(120);
    });

    it("runs more jobs than it has places for, and says how many wait", async () => {
      const count = executor.concurrency + 5;
      const jobs = Array.from({ length: count }, (_, i) =>
        executor.run("train", { prepared: prepared(wave.slice(0, 100 + (i % 10))), spec }),
      );
      await Promise.resolve();
      expect(executor.load()).toEqual({ running: executor.concurrency, waiting: 5 });
      expect((await Promise.all(jobs)).map(({ length }) => length)).toEqual(jobs.map((_, i) => 100 + (i % 10)));
      expect(executor.load()).toEqual({ running: 0, waiting: 0 });
    });

    it("starts a waiting forecast before waiting trainings", async () => {
      const trained = train({ prepared: prepared(wave), spec });
      const ended: string[] = [];
      const fill = Array.from({ length: executor.concurrency + 3 }, (_, i) =>
        executor.run("train", { prepared: prepared(wave.slice(0, 90 + i)), spec }).then(() => ended.push("train")),
      );
      const forecast = executor
        .run("infer", { prepared: prepared(wave), trained, horizon: 5, levels: [0.8] })
        .then(() => ended.push("infer"));
      await Promise.all([...fill, forecast]);
      expect(ended).toHaveLength(executor.concurrency + 4);
      expect(ended.indexOf("infer")).toBeLessThan(ended.length - 1);
    });

    it("makes one job of runs under the same key, stopped when the last who waits goes", async () => {
      const first = executor.run("train", { prepared: prepared(wave), spec }, { key: "web-1 cpu" });
      // Another input under the same key is the same job all the same: its result shows whose it is.
      const second = executor.run("train", { prepared: prepared(wave.slice(1)), spec }, { key: "web-1 cpu" });
      const leaving = new AbortController();
      const third = executor.run(
        "train",
        { prepared: prepared(wave), spec },
        { key: "web-1 cpu", signal: leaving.signal },
      );
      leaving.abort();
      await expect(third).rejects.toMatchObject({ code: "ABORTED" });
      expect((await first).length).toBe(120);
      expect((await second).length).toBe(120);
    });

    it("stops a job whose signal fires, also one that waits", async () => {
      const controller = new AbortController();
      const jobs = Array.from({ length: executor.concurrency + 1 }, (_, i) =>
        executor.run(
          "train",
          { prepared: prepared(wave.slice(0, 80 + (i % 30))) },
          { signal: controller.signal, key: `job ${i}` },
        ),
      );
      controller.abort();
      for (const job of jobs) await expect(job).rejects.toMatchObject({ name: "JobError", code: "ABORTED" });
      const aborted = executor.run("train", { prepared: prepared(wave), spec }, { signal: AbortSignal.abort() });
      await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
    });

    it("stops a job that takes longer than it may", async () => {
      // What cannot be stopped once it runs is stopped while it waits for another.
      const before = stopsRunning ? null : executor.run("train", { prepared: prepared(wave), spec });
      const late = executor.run("train", longSearch(), { timeout: stopsRunning ? 20 : 1 });
      await expect(late.then(() => "done")).rejects.toMatchObject({ name: "JobError", code: "TIMEOUT" });
      await before;
      await expect(executor.run("train", { prepared: prepared(wave), spec }, { timeout: 0 })).rejects.toThrow(
        /timeout must be .* above 0/,
      );
      expect((await executor.run("train", { prepared: prepared(wave), spec }, { timeout: 60_000 })).length).toBe(120);
    });

    it("refuses jobs when it is closed, and ends those that run and wait", async () => {
      const jobs = Array.from({ length: executor.concurrency + 2 }, (_, i) =>
        executor
          .run("train", { prepared: prepared(wave.slice(0, 60 + (i % 50))) })
          .catch((error: { code?: string }) => error.code),
      );
      await executor.close();
      await expect(executor.run("train", { prepared: prepared(wave), spec })).rejects.toMatchObject({ code: "CLOSED" });
      for (const outcome of await Promise.all(jobs)) {
        if (typeof outcome === "object") expect(outcome.document).toBeDefined();
        else expect(outcome).toBe("CLOSED");
      }
      await executor.close();
    });
  });
}
