import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, start, suite, until } from "./spawn-loadcast.js";

const OLD = "old-token-0123456789abcdef";
const NEW = "new-token-0123456789abcdef";

suite("SIGHUP", () => {
  it("has the settings read again while the service goes on", { timeout: 90_000 }, async () => {
    const file = join(root, "reload.yaml");
    const data = join(root, "reload");
    const write = (more: object) =>
      writeFileSync(file, JSON.stringify({ port: 0, data, demo: true, auth: { token: OLD }, ...more }));
    write({});
    const { child, ended, ready, errors } = start(["serve", "--config", file], {
      env: { LOADCAST_TRAINING_HISTORY: "6h" },
    });
    const address = await ready();
    const status = async (token: string) =>
      (await fetch(`${address}/api/v1/system`, { headers: { authorization: `Bearer ${token}` } })).status;
    const says = async (words: string | RegExp) =>
      until(async () => (errors().match(words) ? true : null)).catch(() => {
        throw new Error(`it never said ${words}: ${errors()}`);
      });
    expect([await status(OLD), await status(NEW)]).toEqual([200, 401]);
    // Somebody listens all the time, and must not be cut off.
    const stream = await fetch(`${address}/api/v1/events`, { headers: { authorization: `Bearer ${OLD}` } });
    let cut = false;
    const listening = (async () => {
      for await (const _ of stream.body ?? []);
      cut = true;
    })().catch(() => {
      cut = true;
    });

    // What is wrong changes nothing, and is named with its place.
    writeFileSync(file, "port: 0\nauth:\n  token: short\nthresholds: { cpu_percent: high }\n");
    child.kill("SIGHUP");
    await says(/settings stay as they were: thresholds\.cpu_percent in .* \(line 4, column 28\)/);
    expect([await status(OLD), await status(NEW)]).toEqual([200, 401]);

    // What is right is in force at once; what cannot change is named.
    const csv = join(root, "reload.csv");
    writeFileSync(csv, "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,2\n");
    write({ auth: { token: NEW }, threads: 3, sources: [{ kind: "csv", path: csv, host: "added", metric: "m" }] });
    child.kill("SIGHUP");
    await says("settings were read again; changed: sources, auth");
    await says("these stay as they were until the next start: threads");
    expect([await status(OLD), await status(NEW)]).toEqual([401, 200]);
    const added = await until(async () => {
      const response = await fetch(`${address}/api/v1/series?host=added`, {
        headers: { authorization: `Bearer ${NEW}` },
      });
      const { series } = (await response.json()) as { series: { id: string }[] };
      return series[0] ?? null;
    });
    expect(added.id).toBe("added/m");

    child.kill("SIGHUP");
    await says("settings were read again; nothing changed");

    // Another rhythm: the next training is due within a minute, no longer within the hour.
    const nextTraining = async () => {
      const response = await fetch(`${address}/api/v1/system`, { headers: { authorization: `Bearer ${NEW}` } });
      const { jobs, now } = (await response.json()) as { now: string; jobs: { name: string; nextRun: string }[] };
      const { nextRun } = jobs.find(({ name }) => name === "train") as { nextRun: string };
      return Date.parse(nextRun) - Date.parse(now);
    };
    write({
      ...{ auth: { token: NEW }, threads: 3, sources: [{ kind: "csv", path: csv, host: "added", metric: "m" }] },
      intervals: { train: "1m" },
    });
    child.kill("SIGHUP");
    await says("settings were read again; changed: intervals");
    expect(await nextTraining()).toBeLessThanOrEqual(60_000);
    expect(cut).toBe(false);
    child.kill("SIGTERM");
    const { code } = await ended;
    await listening;
    expect([code, cut]).toEqual([0, true]);
  });
});
