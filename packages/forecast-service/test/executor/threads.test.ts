import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
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
    await expect(executor.run("train", { prepared: prepared(wave), spec })).rejects.toMatchObject({
      code: "WORKER_FAILED",
    });
    await executor.close();
  });
});
