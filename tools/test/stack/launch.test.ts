import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { root } from "../../run.mjs";
import { answers, freePort, launch, makeHome, preferPort } from "../../stack/launch.mjs";
import { isRunning } from "../../stack/process.mjs";

const folder = mkdtempSync(join(tmpdir(), "launch-"));
const running: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A server that answers with its process id, has a child as big servers do, and counts its starts in its folder. */
const PROGRAM = `
  const { appendFileSync, readFileSync } = require("node:fs");
  const [port, folder, word] = process.argv.slice(1);
  appendFileSync(folder + "/starts", "x");
  const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1e6)"], { stdio: "ignore" });
  if (word === "fails") { console.error("no disk"); process.exit(3); }
  if (word === "deaf") process.on("SIGTERM", () => {});
  require("node:http").createServer((request, answer) => {
    if (word === "mute") return;
    answer.end(JSON.stringify({ pid: process.pid, child: child.pid, starts: readFileSync(folder + "/starts", "utf8").length }));
  }).listen(port, "127.0.0.1");`;

async function start(word = "", { dir, patienceSeconds = 20 }: { dir?: string; patienceSeconds?: number } = {}) {
  const home = makeHome("example", dir);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await launch({
    name: "example",
    command: process.execPath,
    args: ["-e", PROGRAM, String(port), home.folder, word],
    url,
    healthy: () => answers(url),
    patienceSeconds,
    home,
  });
  running.push(server);
  return { ...server, folder: home.folder };
}

const ask = async (url: string) => (await (await fetch(url)).json()) as { pid: number; child: number; starts: number };
const gone = (pid: number) => vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 10_000 });

describe("launch", () => {
  it("starts, ends with all that was started, and leaves nothing", async () => {
    const server = await start();
    const { pid, child } = await ask(server.url);
    expect(pid).toBe(server.pid());
    await server.stop();
    await gone(pid);
    await gone(child);
    expect(existsSync(server.folder)).toBe(false);
    await server.stop();
  });

  it("keeps the data of a folder that the caller gave", async () => {
    const dir = join(folder, "data");
    const server = await start("", { dir });
    await server.stop();
    expect(readdirSync(dir).sort()).toEqual(["example.log", "starts"]);
  });

  it("comes back after a kill at the same address with the same data", async () => {
    const server = await start();
    const before = await ask(server.url);
    await server.kill();
    await gone(before.child);
    await expect(fetch(server.url)).rejects.toThrow();
    await server.restart();
    expect(await ask(server.url)).toMatchObject({ pid: server.pid(), starts: 2 });
    await server.restart();
    expect(await ask(server.url)).toMatchObject({ starts: 3 });
  });

  it("answers no more while it is paused", async () => {
    const server = await start();
    server.pause();
    await expect(fetch(server.url, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/);
    server.resume();
    expect((await ask(server.url)).starts).toBe(1);
    server.pause();
    await server.stop();
    await gone(server.pid());
  });

  it("says why a server did not start, and leaves nothing of it", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("loadcast-example-"));
    await expect(start("fails")).rejects.toThrow(/^example ended by itself; the end of its log:\nno disk$/);
    await expect(start("mute", { patienceSeconds: 1 })).rejects.toThrow(/did not answer at http.* in 1 s/);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("loadcast-example-"))).toEqual(before);
  });

  it("ends its servers when it is killed itself", async () => {
    const script = join(folder, "..", `launch-${process.pid}.mjs`);
    const port = await freePort();
    writeFileSync(
      script,
      `import { answers, launch, makeHome } from ${JSON.stringify(pathToFileURL(join(root, "tools/stack/launch.mjs")).href)};
       const home = makeHome("example", ${JSON.stringify(join(tmpdir(), `launch-${process.pid}`))});
       const url = "http://127.0.0.1:${port}";
       await launch({ name: "example", command: process.execPath, url, home, healthy: () => answers(url),
         args: ["-e", ${JSON.stringify(PROGRAM)}, "${port}", home.folder, ""] });
       setInterval(() => {}, 1e6);`,
    );
    const parent = spawn(process.execPath, [script], { stdio: "ignore" });
    try {
      const { pid, child } = await vi.waitFor(() => ask(`http://127.0.0.1:${port}`), { timeout: 20_000 });
      parent.kill("SIGKILL");
      await once(parent, "exit");
      await gone(pid);
      await gone(child);
    } finally {
      parent.kill("SIGKILL");
      rmSync(script);
      rmSync(join(tmpdir(), `launch-${process.pid}`), { recursive: true, force: true });
    }
  });
});

describe("ports", () => {
  it("takes the usual one when it is free, else another", async () => {
    const port = await freePort();
    expect(await preferPort(port)).toBe(port);
    const server = await start();
    const taken = Number(new URL(server.url).port);
    expect(await preferPort(taken)).not.toBe(taken);
  });
});
