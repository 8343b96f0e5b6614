import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Executor } from "../../src/executor/executor.js";
import { threadsExecutor } from "../../src/executor/threads.js";
import { describeExecutor, longSearch, prepared, spec, wave } from "./conformance.js";

/** Threads load JavaScript only, so this needs a build. */
const workerFile = fileURLToPath(new URL("../../dist/executor/thread.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "loadcast-executor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (existsSync(workerFile)) {
  describeExecutor("threads", { create: () => threadsExecutor({ threads: 2, workerFile }) });

  describe("threads executor", () => {
    it("stops a search in the middle and has its thread back", async () => {
      const executor = threadsExecutor({ threads: 1, workerFile });
      const controller = new AbortController();
      const search = executor.run("train", longSearch(), { signal: controller.signal });
      // Behind the search in the only thread: it can only be done when that has ended.
      const next = executor.run("train", { prepared: prepared(wave), spec });
      controller.abort();
      await expect(search).rejects.toMatchObject({ code: "ABORTED" });
      expect((await next).length).toBe(120);
      await executor.close();
    });
  });
} else {
  describe.skip("threads executor (skipped: dist/executor/thread.cjs is not built)", () => {});
}

/** Runs all jobs by such a worker. */
const workingBy = (source: string): Executor => {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, source);
  return threadsExecutor({ threads: 1, workerFile: file });
};

describe.runIf(process.platform === "linux")("threads executor on Linux", () => {
  /** The niceness of the thread that asks. */
  const niceness = "Number(readFileSync('/proc/thread-self/stat', 'utf8').split(') ')[1].split(' ')[16])";

  it("lets whoever asks the service come before its jobs", async () => {
    const executor = workingBy(
      `import { readFileSync } from 'node:fs'; export default () => ({ ok: true, value: ${niceness} });`,
    );
    const own = getPriority();
    expect(await executor.run("train", { prepared: prepared(wave), spec })).toBe(Math.min(19, own + 5));
    expect(getPriority()).toBe(own);
    await executor.close();
  });
});

describe("threads executor with a broken worker", () => {
  it.each([
    ["cannot be loaded", "import { nothing } from 'node:path'; export default () => nothing;"],
    ["ends its thread", "export default () => process.exit(3);"],
    ["throws", "export default () => { throw new Error('broken'); };"],
  ])("reports one that %s, and can be closed", async (_, source) => {
    const executor = workingBy(source);
    await expect(executor.run("train", { prepared: prepared(wave), spec })).rejects.toMatchObject({
      code: "WORKER_FAILED",
    });
    await executor.close();
  });
});
