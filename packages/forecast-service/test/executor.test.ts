import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Executor } from "../src/executor/executor.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { threadsExecutor } from "../src/executor/threads.js";
import type { Prepared } from "../src/pipeline/preprocess.js";

/** Threads load JavaScript only, so this needs a build. */
const workerFile = fileURLToPath(new URL("../dist/executor/worker.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "loadcast-executor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const values = Float64Array.from({ length: 120 }, (_, t) => 20 + 5 * Math.sin(t / 3) + ((t * 7919) % 13) / 5);
const prepared = (given: Float64Array): Prepared => ({
  values: given,
  start: 0,
  step: { unit: "millisecond", count: 300_000 },
  gaps: 0,
  trailing: 0,
  periods: [],
  metric: false,
  bounds: null,
});
const spec = { order: [1, 0, 1] as const };

const executors: [string, () => Executor, string | null][] = [
  ["inline", inlineExecutor, null],
  [
    "threads",
    () => threadsExecutor({ threads: 2, workerFile }),
    existsSync(workerFile) ? null : "dist/executor/worker.js is not built",
  ],
];

for (const [name, make, missing] of executors) {
  describe.skipIf(missing !== null)(`${name} executor${missing ? ` (skipped: ${missing})` : ""}`, () => {
    let executor: Executor;
    beforeEach(() => {
      executor = make();
    });
    afterEach(() => executor.close());

    it("gives what the pipeline's own function gives, typed arrays and all", async () => {
      const trained = await executor.run("train", { prepared: prepared(values), spec });
      expect(trained).toMatchObject({ kind: "sarima", spec: { order: [1, 0, 1] }, description: "(1,0,1)" });
      expect(trained.length).toBe(120);
      const ahead = await executor.run("infer", { prepared: prepared(values), trained, horizon: 5, levels: [0.8] });
      expect(ahead.median).toHaveLength(5);
      expect(ahead.times?.[0]).toBe(120 * 300_000);
      expect(values[0]).toBe(20);
    });

    it("keeps the code of a failure", async () => {
      await expect(executor.run("train", { prepared: prepared(values.slice(0, 2)), spec })).rejects.toMatchObject({
        name: "JobError",
        code: "TOO_SHORT",
      });
      // and goes on
      expect((await executor.run("train", { prepared: prepared(values), spec })).length).toBe(120);
    });

    it("runs more jobs than it has places for", async () => {
      const jobs = Array.from({ length: 6 }, () => executor.run("train", { prepared: prepared(values), spec }));
      const documents = (await Promise.all(jobs)).map((trained) => trained.document);
      expect(new Set(documents).size).toBe(1);
    });

    it("stops a job whose signal fires", async () => {
      const controller = new AbortController();
      const job = executor.run("train", { prepared: prepared(values) }, { signal: controller.signal });
      controller.abort();
      await expect(job).rejects.toMatchObject({ code: "ABORTED" });
    });

    it("refuses jobs when it is closed, and ends those that run", async () => {
      const job = executor.run("train", { prepared: prepared(values) }).catch((error: unknown) => error);
      await executor.close();
      await expect(executor.run("train", { prepared: prepared(values), spec })).rejects.toMatchObject({
        code: "CLOSED",
      });
      const outcome = (await job) as { code?: string; spec?: unknown };
      expect(outcome.code === "CLOSED" || outcome.spec !== undefined).toBe(true);
    });
  });
}

describe("threads executor with a broken worker", () => {
  const broken = (source: string): Executor => {
    const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
    writeFileSync(file, source);
    return threadsExecutor({ threads: 1, workerFile: file });
  };

  it.each([
    ["cannot be loaded", "import { nothing } from 'node:path'; export default () => nothing;"],
    ["ends its thread", "export default () => process.exit(3);"],
    ["throws", "export default () => { throw new Error('broken'); };"],
  ])("reports one that %s, and can be closed", async (_, source) => {
    const executor = broken(source);
    await expect(executor.run("train", { prepared: prepared(values), spec })).rejects.toMatchObject({
      code: "WORKER_FAILED",
    });
    await executor.close();
  });
});
