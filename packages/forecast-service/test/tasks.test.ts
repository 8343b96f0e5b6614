import { afterEach, describe, expect, it } from "vitest";
import { LoadcastError } from "../src/errors.js";
import { createEventBus } from "../src/events.js";
import type { ServiceEvent } from "../src/http/contract.js";
import { silentLog } from "../src/log.js";
import { createTasks, type TaskWork } from "../src/tasks.js";
import { virtualClock } from "./virtual-clock.js";
import { ID, type Watched, watched } from "./watched-service.js";

const gate = { accepted: true, reason: "", origins: 0, horizon: 48, scores: [] };
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Tasks whose work ends when it is told to. */
function waitingTasks() {
  const clock = virtualClock();
  const events: ServiceEvent[] = [];
  const bus = createEventBus();
  bus.subscribe((event) => events.push(event));
  const running: {
    series: string;
    signal: AbortSignal;
    onProgress: Parameters<TaskWork>[1]["onProgress"];
    end: (error?: unknown) => void;
  }[] = [];
  const work: TaskWork = (series, { signal, onProgress }) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("stopped")));
      const end = (error?: unknown) => (error ? reject(error) : resolve({ modelVersion: `${series}@1`, gate }));
      running.push({ series, signal, onProgress, end });
    });
  const tasks = createTasks({
    work: { train: work, backtest: work },
    check: async () => {},
    events: bus,
    clock,
    log: silentLog,
  });
  return { tasks, clock, events, running };
}

describe("tasks", () => {
  it("run, report their progress, and end with a result", async () => {
    const { tasks, events, running } = waitingTasks();
    const { task, status } = await tasks.start("train", ID);
    expect(status).toBe("running");
    running[0].onProgress({ stage: "search", share: 0.4 });
    running[0].onProgress({ stage: "gate", share: 0.2 });
    expect(tasks.get(task)).toMatchObject({ stage: "gate", progress: 0.4 });
    running[0].end();
    await turn();
    expect(tasks.get(task)).toMatchObject({
      status: "done",
      progress: 1,
      error: null,
      result: { modelVersion: `${ID}@1` },
    });
    expect(events.map((event) => (event.type === "task" ? [event.status, event.stage, event.progress] : null))).toEqual(
      [
        ["queued", null, 0],
        ["running", null, 0],
        ["running", "search", 0.4],
        ["running", "gate", 0.4],
        ["done", "gate", 1],
      ],
    );
  });

  it("are one for each series and kind, two at a time, the others waiting", async () => {
    const { tasks, running } = waitingTasks();
    const first = await tasks.start("train", "a/x");
    expect((await tasks.start("train", "a/x")).task).toBe(first.task);
    expect((await tasks.start("backtest", "a/x")).task).not.toBe(first.task);
    const third = await tasks.start("train", "b/x");
    expect(third.status).toBe("queued");
    expect(running).toHaveLength(2);
    running[0].end();
    await turn();
    expect(tasks.get(third.task).status).toBe("running");
    expect((await tasks.start("train", "a/x")).task).not.toBe(first.task);
  });

  it("can be cancelled, waiting or running, and are then over at once", async () => {
    const { tasks, running } = waitingTasks();
    const [first, , third] = [
      await tasks.start("train", "a/x"),
      await tasks.start("train", "b/x"),
      await tasks.start("train", "c/x"),
    ];
    expect(tasks.cancel(third.task).status).toBe("cancelled");
    expect(tasks.cancel(first.task).status).toBe("cancelled");
    expect(running[0].signal.aborted).toBe(true);
    await turn();
    expect(tasks.get(first.task)).toMatchObject({ status: "cancelled", result: null, error: null });
    expect(tasks.cancel(first.task).status).toBe("cancelled");
    running[1].end();
    await turn();
    // The cancelled one never ran.
    expect(running).toHaveLength(2);
  });

  it("keep the code of a failure, and are forgotten after an hour", async () => {
    const { tasks, running, clock } = waitingTasks();
    const { task } = await tasks.start("train", ID);
    running[0].end(new LoadcastError("NOT_READY", "has 2 of 36"));
    await turn();
    expect(tasks.get(task)).toMatchObject({ status: "failed", error: { code: "NOT_READY", detail: "has 2 of 36" } });
    await clock.advance(3_600_000);
    expect(tasks.get(task).status).toBe("failed");
    await clock.advance(1);
    expect(() => tasks.get(task)).toThrow(expect.objectContaining({ code: "UNKNOWN_TASK" }));
  });

  it("end with the service", async () => {
    const { tasks, running } = waitingTasks();
    const { task } = await tasks.start("train", ID);
    await tasks.stop();
    expect(running[0].signal.aborted).toBe(true);
    expect(tasks.get(task).status).toBe("cancelled");
    await expect(tasks.start("train", ID)).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("tasks of the service", () => {
  let one: Watched;
  afterEach(() => one.service.stop());
  const ended = async (task: string) => {
    for (let i = 0; i < 2000 && one.service.tasks.get(task).endedAt === null; i++) await turn();
    return one.service.tasks.get(task);
  };

  it("train a version and replay the past", { timeout: 90_000 }, async () => {
    one = await watched(500);
    const { tasks } = one.service;
    const trained = await ended((await tasks.start("train", ID)).task);
    expect(trained).toMatchObject({ status: "done", result: { modelVersion: `${ID}@1`, gate: { accepted: true } } });

    const { result, status, error } = await ended((await tasks.start("backtest", ID)).task);
    expect([status, error]).toEqual(["done", null]);
    if (!result || !("horizons" in result)) throw new Error("no result of a backtest");
    expect(result.origins).toBe(9);
    expect(result.horizons.map(({ horizonSeconds, count }) => [horizonSeconds, count])).toEqual([
      [300, 9],
      [3600, 9],
      [14_400, 9],
    ]);
    const pinball = (name: string) => result.scores.find((score) => score.name === name)?.pinball ?? Number.NaN;
    expect(pinball("candidate")).toBeLessThan(pinball("naive"));
    expect(pinball("candidate")).toBeLessThan(pinball("empirical-quantiles"));
    const progress = one.events.flatMap((event) =>
      event.type === "task" && event.task !== trained.task ? [event.progress] : [],
    );
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.length).toBeGreaterThan(4);

    await expect(tasks.start("train", "no/where")).rejects.toMatchObject({ code: "UNKNOWN_SERIES" });
  });

  it("say why a young series cannot be trained yet", { timeout: 60_000 }, async () => {
    one = await watched(10);
    const train = await ended((await one.service.tasks.start("train", ID)).task);
    expect(train).toMatchObject({ status: "failed", error: { code: "NOT_READY" } });
    const backtest = await ended((await one.service.tasks.start("backtest", ID)).task);
    expect(backtest).toMatchObject({ status: "failed", error: { code: "TOO_SHORT" } });
  });
});
