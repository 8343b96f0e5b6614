import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing, type RunningServer, startServer } from "../../../../tools/stack/index.mjs";
import { queueExecutor } from "../../src/executor/queue.js";
import { PREFIX, QUEUE } from "../../src/executor/queue-protocol.js";
import { expectOneLine, run, start } from "../spawn-loadcast.js";
import { prepared } from "./conformance.js";

/** Searches of a second or so, each a job of its own. */
const search = (i: number) => ({
  prepared: prepared(
    Float64Array.from({ length: 400 + i }, (_, t) => 50 + 20 * Math.sin(t / 2) + ((t * 7919) % 101) / 5),
    true,
  ),
});

const without = missing("redis");
describe.skipIf(without)(`loadcast worker${without}`, () => {
  let redis: RunningServer;
  beforeAll(async () => {
    redis = await startServer("redis");
  });
  afterAll(() => redis?.stop());

  const worker = async () => {
    const started = start(["worker", "--redis", redis.url, "--threads", "1"]);
    let err = "";
    await new Promise<void>((resolve, reject) => {
      started.child.stderr?.on("data", (data) => {
        err += data;
        if (/ready: 1 jobs at a time/.test(err)) resolve();
      });
      void started.ended.then(() => reject(new Error(`it ended: ${err}`)));
    });
    return started;
  };

  it("loses no job and gives no result twice when it is killed in the middle of a fit", async () => {
    const first = await worker();
    const executor = await queueExecutor({ redis: { url: redis.url } });
    const results: number[] = [];
    const jobs = [0, 1, 2, 3].map(async (i) => {
      const trained = await executor.run("train", search(i), { key: `series ${i}` });
      results.push(trained.length);
    });
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.url);
    await expect.poll(() => client.llen(`${PREFIX}:${QUEUE}:active`), { timeout: 30_000, interval: 5 }).toBe(1);
    const [running] = await client.lrange(`${PREFIX}:${QUEUE}:active`, 0, -1);
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await worker();
    await Promise.all(jobs);
    expect([...results].sort()).toEqual([400, 401, 402, 403]);
    // The job that was under way was given out twice, and ended once.
    expect(Number(await client.hget(`${PREFIX}:${QUEUE}:${running}`, "stc"))).toBe(1);
    expect(await client.zcard(`${PREFIX}:${QUEUE}:completed`)).toBe(4);
    client.disconnect();
    await executor.close();
    second.child.kill("SIGTERM");
    const { code, err } = await second.ended;
    expect(code).toBe(0);
    expect(err).toContain("4 jobs done, 0 failed");
  });

  it("finishes what it has begun when it is told to end", async () => {
    const only = await worker();
    const executor = await queueExecutor({ redis: { url: redis.url } });
    const job = executor.run("train", search(50));
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.url);
    await expect.poll(() => client.llen(`${PREFIX}:${QUEUE}:active`), { timeout: 30_000, interval: 5 }).toBe(1);
    only.child.kill("SIGTERM");
    expect((await job).length).toBe(450);
    const { code, out, err } = await only.ended;
    expect([code, out]).toEqual([0, ""]);
    expect(err).toMatch(/SIGTERM: ending; .*handed back\n1 jobs done, 0 failed/);
    client.disconnect();
    await executor.close();
  });

  it("says in one line when Redis is not there", async () => {
    const ended = await run(["worker", "--redis", "redis://127.0.0.1:1"]);
    expect(ended.code).toBe(1);
    expectOneLine(ended, "nothing answers there (ECONNREFUSED)");
    const usage = await run(["worker", "--redis", "localhost"]);
    expect(usage.code).toBe(2);
    expectOneLine(usage, "must look like redis://127.0.0.1:6379");
  });
});
