import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, type RunningServer, startServer } from "../../../../tools/stack/index.mjs";
import type { Executor } from "../../src/executor/executor.js";
import { queueExecutor } from "../../src/executor/queue.js";
import { type QueueWorker, startQueueWorker } from "../../src/executor/queue-worker.js";
import { threadsExecutor } from "../../src/executor/threads.js";
import { createLog } from "../../src/log.js";
import { describeExecutor, longSearch, prepared, spec, wave } from "./conformance.js";

const workerFile = fileURLToPath(new URL("../../dist/executor/thread.cjs", import.meta.url));
const without = missing("redis");
const log = createLog("silent");

describe.skipIf(without)(`queue${without}`, () => {
  let redis: RunningServer;
  let worker: QueueWorker;
  let next = 0;
  beforeAll(async () => {
    redis = await startServer("redis");
    worker = await startQueueWorker({
      ...{ redis: { url: redis.url }, log, queue: "conformance" },
      executor: threadsExecutor({ threads: 2, workerFile }),
    });
  });
  afterAll(async () => {
    await worker?.stop(0);
    await redis?.stop();
  });

  describeExecutor("queue", {
    create: () => queueExecutor({ redis: { url: redis.url }, queue: "conformance", concurrency: 2 }),
  });

  /** A queue of its own, with or without someone who works. */
  const pair = async (options: { url?: string; threads?: number } = {}) => {
    const queue = `test-${next++}`;
    const url = options.url ?? redis.url;
    const executor = await queueExecutor({ redis: { url }, queue });
    const work = () =>
      startQueueWorker({
        redis: { url },
        log,
        queue,
        executor: threadsExecutor({ threads: options.threads ?? 1, workerFile }),
      });
    return { queue, executor, work };
  };

  it("gives one result for the same job asked for by two services, at the same time and later", async () => {
    const { queue, executor, work } = await pair();
    const other = await queueExecutor({ redis: { url: redis.url }, queue });
    const worker = await work();
    const ask = (by: Executor) => by.run("train", { prepared: prepared(wave), spec });
    const [a, b] = await Promise.all([ask(executor), ask(other)]);
    expect(a).toEqual(b);
    expect(await ask(other)).toEqual(a);
    expect(worker.counts()).toEqual({ running: 0, done: 1, failed: 0 });
    await Promise.all([executor.close(), other.close()]);
    await worker.stop(0);
  });

  it("says that there is no worker, and when there is one", { timeout: 60_000 }, async () => {
    const { executor, work } = await pair();
    expect(executor.trouble?.()).toMatch(/^no worker takes jobs from the queue at redis:.*`loadcast worker`$/);
    const worker = await work();
    await expect.poll(() => executor.trouble?.(), { timeout: 20_000 }).toBeNull();
    await worker.stop(0);
    await expect.poll(() => executor.trouble?.(), { timeout: 20_000 }).toContain("no worker");
    await executor.close();
  });

  it("stops a running job on its worker when nobody waits any more", async () => {
    const { executor, work } = await pair();
    const worker = await work();
    const controller = new AbortController();
    const search = executor.run("train", longSearch(), { signal: controller.signal });
    search.catch(() => undefined);
    await expect.poll(() => worker.counts().running, { timeout: 20_000 }).toBe(1);
    controller.abort();
    await expect(search).rejects.toMatchObject({ code: "ABORTED" });
    await expect.poll(() => worker.counts().running, { timeout: 20_000 }).toBe(0);
    // What was stopped is not remembered as a result.
    expect((await executor.run("train", { prepared: prepared(wave), spec })).length).toBe(120);
    expect(worker.counts().done).toBe(1);
    await executor.close();
    await worker.stop(0);
  });

  it("hands back at its end what takes too long, and another goes on", async () => {
    const { executor, work } = await pair();
    const first = await work();
    const search = executor.run("train", { ...longSearch(), spec });
    await expect.poll(() => first.counts().running, { timeout: 20_000, interval: 1 }).toBe(1);
    await first.stop(0);
    const second = await work();
    expect((await search).length).toBe(1500);
    expect(first.counts().done + second.counts().done).toBe(1);
    await executor.close();
    await second.stop(0);
  });

  it.each([
    ["with all it had", true],
    ["without anything", false],
  ])("goes on when Redis goes away and comes back %s", async (_, persistent) => {
    const dir = mkdtempSync(join(tmpdir(), "loadcast-queue-"));
    const own = await startServer("redis", { dir });
    const comeBack = async () => {
      if (!persistent) rmSync(join(dir, "appendonlydir"), { recursive: true, force: true });
      await own.restart();
    };
    const { executor, work } = await pair({ url: own.url });
    const waiting = [0, 1, 2].map((i) => executor.run("train", { prepared: prepared(wave.slice(i)), spec }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await own.kill();
    const during = executor.run("train", { prepared: prepared(wave.slice(3)), spec });
    await comeBack();
    const worker = await work();
    expect((await Promise.all([...waiting, during])).map(({ length }) => length)).toEqual([120, 119, 118, 117]);
    // And with a worker that was there all the time.
    await own.kill();
    const after = executor.run("train", { prepared: prepared(wave.slice(4)), spec });
    await comeBack();
    expect((await after).length).toBe(116);
    await executor.close();
    await worker.stop(0);
    await own.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it("can be stopped and closed while Redis is away", async () => {
    const own = await startServer("redis");
    const { executor, work } = await pair({ url: own.url });
    const worker = await work();
    await own.kill();
    const controller = new AbortController();
    const stopped = executor.run("train", { prepared: prepared(wave), spec }, { signal: controller.signal });
    controller.abort();
    await expect(stopped).rejects.toMatchObject({ code: "ABORTED" });
    const left = executor.run("train", { prepared: prepared(wave), spec }).catch((error: unknown) => error);
    await executor.close();
    expect(await left).toMatchObject({ code: "CLOSED" });
    await worker.stop(0);
    await own.stop();
  });

  it("keeps Redis small: no data of jobs that ended, and few results", async () => {
    const { queue, executor, work } = await pair();
    const worker = await work();
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.url);
    const ask = (i: number) => executor.run("train", { prepared: prepared(wave.slice(i)), spec });
    await Promise.all(Array.from({ length: 20 }, (_, i) => ask(i)));
    await expect(executor.run("train", { prepared: prepared(wave.slice(0, 2)), spec })).rejects.toThrow();
    const hashes = (await client.keys(`loadcast:${queue}:train-*`)).length;
    expect(hashes).toBeLessThanOrEqual(21);
    expect(await client.zcard(`loadcast:${queue}:prioritized`)).toBe(0);
    expect(await client.xlen(`loadcast:${queue}:events`)).toBeLessThanOrEqual(1000);
    client.disconnect();
    await executor.close();
    await worker.stop(0);
  });

  it("says in one line what is wrong with its address", async () => {
    const own = await startServer("redis", { password: "secret" });
    const { port } = new URL(own.url);
    await expect(queueExecutor({ redis: { url: `redis://127.0.0.1:${port}` } })).rejects.toMatchObject({
      code: "QUEUE_UNREACHABLE",
      message: expect.stringMatching(/Redis at redis:\/\/127\.0\.0\.1:\d+: it refuses the name or password/),
    });
    const wrong = await queueExecutor({ redis: { url: `redis://:wrong@127.0.0.1:${port}` } }).catch(
      (error: Error) => error,
    );
    expect((wrong as Error).message).toContain("it refuses");
    expect((wrong as Error).message).not.toContain("wrong@");
    await (await queueExecutor({ redis: { url: own.url } })).close();
    await own.stop();
    await expect(queueExecutor({ redis: { url: own.url } })).rejects.toThrow(
      /nothing answers there \(ECONNREFUSED\); start it or correct executor\.redis\.url/,
    );
  });
});

describe("queueExecutor", () => {
  it.each(["", "localhost", "http://localhost:6379", "redis://"])("refuses the address %o", async (url) => {
    await expect(queueExecutor({ redis: { url } })).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("must look like redis://127.0.0.1:6379"),
    });
  });
});
