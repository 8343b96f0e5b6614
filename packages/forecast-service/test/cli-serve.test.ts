import { existsSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectOneLine, json, root, run, start, suite, until } from "./spawn-loadcast.js";

suite("loadcast serve", () => {
  it("collects, forecasts, ends cleanly, and has lost nothing after a restart", { timeout: 90_000 }, async () => {
    const data = join(root, "first");
    const env = { LOADCAST_DATA: data, LOADCAST_TRAINING_HISTORY: "6h", LOADCAST_COLLECT_INTERVAL: "1s" };
    const first = start(["serve", "--port", "0"], { env });
    const address = await first.ready();
    expect(await json(`${address}/health/live`)).toEqual({ status: "ok" });
    const forecast = await until(async () => {
      const response = await fetch(`${address}/api/v1/series/demo%2Fcpu_percent/forecast`);
      return response.ok ? json(response.url) : null;
    });
    expect(forecast.forecast).toHaveLength(48);
    expect(forecast.synthetic).toBe(true);
    const live = await until(async () => {
      const { series } = await json(`${address}/api/v1/series`);
      return series.find(
        (entry: { synthetic: boolean; metric: string }) => !entry.synthetic && entry.metric === "cpu_percent",
      );
    });
    expect(live).toMatchObject({ status: "waiting", history: { need: 36 } });
    expect(Date.parse(live.history.firstForecastAt)).toBeGreaterThan(Date.now() + 2.5 * 3_600_000);
    expect((await json(`${address}/health/ready`)).status).toBe("ok");
    expect(await json(`${address}/openapi.json`)).toHaveProperty("openapi");

    // A second process on the same folder, and one on the same port.
    const port = new URL(address).port;
    const sameFolder = await run(["serve", "--port", "0"], { env });
    expect(sameFolder.code).toBe(1);
    expectOneLine(sameFolder, /in use by another process \(PID \d+\)/);
    const samePort = await run(["serve", "--port", port], { env: { LOADCAST_DATA: join(root, "other") } });
    expect(samePort.code).toBe(1);
    expectOneLine(samePort, `port ${port} on 127.0.0.1 is taken`);

    first.child.kill("SIGINT");
    // npm passes on the signal that the terminal has sent already.
    first.child.kill("SIGINT");
    const end = await first.ended;
    expect([end.code, end.signal]).toEqual([0, null]);
    expect(end.err).not.toMatch(/\bat .*:\d+:\d+/);

    const second = start(["serve", "--port", "0"], { env });
    const again = await second.ready();
    // At once, before anything can have been fitted again.
    const kept = await json(`${again}/api/v1/series/demo%2Fcpu_percent/forecast`);
    expect(Date.parse(kept.issuedAt)).toBeGreaterThanOrEqual(Date.parse(forecast.issuedAt));
    expect(kept.modelVersion).toBe(forecast.modelVersion);
    const { points } = await json(
      `${again}/api/v1/series/${encodeURIComponent(live.id)}/history?from=${live.last.time}&to=${new Date(Date.parse(live.last.time) + 1).toISOString()}&step=1`,
    );
    expect(points[0].value).toBeCloseTo(live.last.value, 9);
    second.child.kill("SIGTERM");
    expect((await second.ended).code).toBe(0);
  });

  it("loses at most the last batch when it is killed in the middle of collecting", { timeout: 60_000 }, async () => {
    const env = {
      LOADCAST_DATA: join(root, "killed"),
      LOADCAST_DEMO: "false",
      LOADCAST_COLLECT_INTERVAL: "1s",
    };
    const first = start(["serve", "--port", "0"], { env });
    const address = await first.ready();
    const seen = await until(async () => {
      const { series } = await json(`${address}/api/v1/series`);
      const entry = series[0];
      if (!entry?.last) return null;
      const { points } = await json(
        `${address}/api/v1/series/${encodeURIComponent(entry.id)}/history?step=1&from=${new Date(Date.now() - 600_000).toISOString()}`,
      );
      const times = points
        .filter((point: { value: number | null }) => point.value !== null)
        .map((point: { time: string }) => point.time);
      return times.length >= 3 ? { id: entry.id, times } : null;
    });
    first.child.kill("SIGKILL");
    expect((await first.ended).signal).toBe("SIGKILL");

    const second = start(["serve", "--port", "0"], { env });
    const again = await second.ready();
    const { points } = await json(
      `${again}/api/v1/series/${encodeURIComponent(seen.id)}/history?step=1&from=${new Date(Date.now() - 600_000).toISOString()}`,
    );
    const kept = new Set(
      points
        .filter((point: { value: number | null }) => point.value !== null)
        .map((point: { time: string }) => point.time),
    );
    // Every sample but the last had been flushed before the one after it was taken.
    for (const time of seen.times.slice(0, -1)) expect(kept).toContain(time);
    second.child.kill("SIGINT");
    expect((await second.ended).code).toBe(0);
  });

  // Windows lets nobody delete an open file.
  it.skipIf(process.platform === "win32")(
    "says that its data folder was deleted, and ends at once with 1",
    {
      timeout: 60_000,
    },
    async () => {
      const data = join(root, "deleted");
      const env = { LOADCAST_DATA: data, LOADCAST_DEMO: "false", LOADCAST_COLLECT_INTERVAL: "250ms" };
      const service = start(["serve", "--port", "0"], { env });
      const address = await service.ready();
      rmSync(data, { recursive: true, force: true });
      const { dependencies } = await until(async () => {
        const health = await json(`${address}/health/ready`);
        return health.status === "degraded" ? health : null;
      });
      const said = "loadcast.duckdb was deleted or replaced while it was open";
      expect(dependencies.find(({ name }: { name: string }) => name === "collect").detail).toContain(said);
      service.child.kill("SIGTERM");
      const { code, err } = await service.ended;
      expect(code).toBe(1);
      expect(err.trimEnd().split("\n").at(-1)).toMatch(new RegExp(`^loadcast: .*${said}`));
      expect(existsSync(data)).toBe(false);
    },
  );

  it.each<[string, string[], Record<string, string>, number, string | RegExp]>([
    [
      "a wrong port",
      [],
      { LOADCAST_PORT: "eighty" },
      2,
      'LOADCAST_PORT is "eighty"; it must be a whole number from 0 to 65535',
    ],
    ["a wrong flag's value", ["--port", "70000"], {}, 2, '--port is "70000"'],
    ["an unknown flag", ["--prot", "1"], {}, 2, "there is no flag --prot"],
    ["a flag without its value", ["--data"], {}, 2, "--data needs a value"],
    ["a word too many", ["now"], {}, 2, '"now" is one argument too many'],
    ["a missing file of settings", ["--config", "none.yaml"], {}, 2, "none.yaml cannot be read"],
    [
      "a folder that cannot be",
      [],
      { LOADCAST_DATA: "/dev/null/data" },
      1,
      /folder \/dev\/null\/data cannot be written/,
    ],
    [
      "an address that is not here",
      ["--host", "203.0.113.7", "--port", "0"],
      { LOADCAST_DEMO: "false", LOADCAST_TOKEN: "0123456789abcdef" },
      1,
      "this machine has no address 203.0.113.7",
    ],
    [
      "an address that others can reach, without a token",
      ["--host", "0.0.0.0", "--port", "0"],
      {},
      2,
      /0\.0\.0\.0 can be reached by others and no token is set/,
    ],
  ])("ends with one line at %s", async (_, args, env, code, words) => {
    const ended = await run(["serve", ...args], { env: { LOADCAST_DATA: join(root, "bad"), ...env } });
    expect(ended.code).toBe(code);
    expect(ended.out).toBe("");
    expectOneLine(ended, words);
  });

  it("ends with one line at a port that another program holds", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const ended = await run(["serve"], { env: { LOADCAST_DATA: join(root, "bad"), LOADCAST_PORT: String(port) } });
    other.close();
    expect(ended.code).toBe(1);
    expectOneLine(ended, `port ${port} on 127.0.0.1 is taken`);
  });
});
