import { afterEach, describe, expect, it } from "vitest";
import type { Executor } from "../src/executor/executor.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { ID, type Watched, watched } from "./watched-service.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
async function until<T>(look: () => T | null | undefined | false | Promise<T | null | undefined | false>): Promise<T> {
  for (let i = 0; i < 5000; i++) {
    const found = await look();
    if (found) return found;
    await turn();
  }
  throw new Error("it never came");
}

/** An executor whose trainings wait at its door. */
function doorExecutor(): Executor & { trainings: number; stopped: number; open(): void } {
  const inner = inlineExecutor();
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const executor = {
    ...inner,
    trainings: 0,
    stopped: 0,
    open: () => open(),
    run: (async (job, input, options) => {
      if (job === "train") {
        executor.trainings++;
        await Promise.race([
          opened,
          new Promise<never>((_, reject) => {
            options?.signal?.addEventListener("abort", () => {
              executor.stopped++;
              reject(new Error("the job was stopped"));
            });
          }),
        ]);
      }
      return inner.run(job, input, options);
    }) as Executor["run"],
  };
  return executor;
}

describe("a training that schedule and task both want", () => {
  let one: Watched;
  afterEach(() => one.service.stop());

  const begin = async () => {
    const executor = doorExecutor();
    one = await watched(60, { executor });
    await one.service.cycle.series();
    return { ...one.service, executor };
  };
  const stagesOf = (task: string) =>
    one.events.flatMap((event) => (event.type === "task" && event.task === task ? [[event.status, event.stage]] : []));

  it("goes on for the schedule when the task that joined it is cancelled", { timeout: 60_000 }, async () => {
    const { executor, cycle, tasks, library, catalogue, overview } = await begin();
    const round = cycle.trainAll(new AbortController().signal);
    await until(() => executor.trainings === 1);
    const { task } = await tasks.start("train", ID);
    // Who joins is told where it stands.
    await until(() => tasks.get(task).stage === "search");
    // As is everyone who looks at the series or at the service.
    const { stage, since } = (await catalogue.entry(ID)).training ?? {};
    expect({ stage, since }).toEqual({ stage: "search", since: new Date(one.clock.now()).toISOString() });
    expect((await overview.system()).trainings).toEqual([{ series: ID, stage, since }]);
    expect(tasks.cancel(task)).toMatchObject({ status: "cancelled", result: null, error: null });
    executor.open();
    const [outcome] = await round;
    expect(outcome).toMatchObject({ id: ID, result: "done" });
    expect([executor.trainings, executor.stopped]).toEqual([1, 0]);
    expect((await library.versions(ID, { limit: 9 })).versions.map(({ version }) => version)).toEqual([1]);
    // What became of the training afterwards changes nothing for who cancelled.
    expect(tasks.get(task)).toMatchObject({ status: "cancelled", stage: "search", result: null });
    expect(stagesOf(task).at(-1)).toEqual(["cancelled", "search"]);
    expect((await catalogue.entry(ID)).training).toBeNull();
    expect((await overview.system()).trainings).toEqual([]);
  });

  it("goes on for the schedule that joined the task's, and for the task when the schedule stops", {
    timeout: 60_000,
  }, async () => {
    const { executor, cycle, tasks } = await begin();
    const { task } = await tasks.start("train", ID);
    await until(() => executor.trainings === 1);
    const stop = new AbortController();
    const [left, kept] = [cycle.trainAll(stop.signal), cycle.train({ id: ID })];
    await turn();
    stop.abort();
    expect(await left).toEqual([]);
    tasks.cancel(task);
    executor.open();
    expect((await kept).modelVersion).toBe(`${ID}@1`);
    expect([executor.trainings, executor.stopped]).toEqual([1, 0]);
  });

  it("stops when nobody wants it any more, leaves nothing behind, and can be asked for again", {
    timeout: 60_000,
  }, async () => {
    const { executor, cycle, tasks, library } = await begin();
    const stop = new AbortController();
    const round = cycle.trainAll(stop.signal);
    await until(() => executor.trainings === 1);
    const { task } = await tasks.start("train", ID);
    await until(() => tasks.get(task).stage === "search");
    tasks.cancel(task);
    stop.abort();
    expect(await round).toEqual([]);
    expect([executor.trainings, executor.stopped]).toEqual([1, 1]);
    await expect(library.versions(ID, { limit: 9 })).rejects.toMatchObject({ code: "UNKNOWN_MODEL" });
    executor.open();
    const again = (await tasks.start("train", ID)).task;
    expect(again).not.toBe(task);
    await until(() => tasks.get(again).endedAt !== null);
    expect(tasks.get(again)).toMatchObject({ status: "done", stage: "register", progress: 1 });
    expect(stagesOf(again)).toEqual([
      ["queued", null],
      ["running", null],
      ...["read", "search", "gate", "register"].map((stage) => ["running", stage]),
      ["done", "register"],
    ]);
  });
});
