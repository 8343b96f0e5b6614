import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type MetricSink, type StoredForecast, spooledSink } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-spool-"));
beforeAll(() => {
  const built = fileURLToPath(new URL("../../dist/index.js", import.meta.url));
  if (!existsSync(built)) throw new Error("the child process runs the built package: npm run build first");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const canLimit = existsSync("/usr/bin/prlimit");

describe("spooledSink on a full disk", () => {
  // A limit on the size of files stands for the full disk: the write fails in the middle of a line.
  it.skipIf(!canLimit)("refuses what it cannot keep, keeps what it accepted, and goes on (needs prlimit)", async () => {
    const dir = join(folder, "full");
    const script = fileURLToPath(new URL("../fixtures/spool-full-disk.mjs", import.meta.url));
    const child = spawn("/bin/sh", ["-c", `trap '' XFSZ; exec "$0" "$1" "$2"`, process.execPath, script, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let out = "";
    child.stdout.on("data", (part) => {
      out += part;
    });
    await new Promise((resolve) => child.once("close", resolve));
    const { accepted, failures } = JSON.parse(out) as { accepted: number[]; failures: string[] };
    expect(failures.length).toBe(3);
    for (const failure of failures)
      expect(failure).toMatch(/^OVERFLOW spool: a forecast cannot be kept in .*: the disk is full$/);
    expect(accepted.length).toBeGreaterThan(20);

    const received: number[] = [];
    const spool = spooledSink(
      {
        name: "test",
        async writeForecast({ issuedAt }) {
          received.push(issuedAt);
        },
        async close() {},
      },
      { dir },
    );
    await spool.open();
    await spool.drained();
    expect(received).toEqual(accepted);
    expect(spool.stats().rejected).toBe(0);
    await spool.close();
  });
});

describe("spooledSink after kill -9", () => {
  it("delivers every forecast it acknowledged, in order, though writer and server go down again and again", async () => {
    const dir = join(folder, "crash");
    const delivered: number[] = [];
    let up = true;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        if (up) for (const { issuedAt } of JSON.parse(body) as StoredForecast[]) delivered.push(issuedAt);
        response.writeHead(up ? 204 : 503).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const script = fileURLToPath(new URL("../fixtures/spool-writer.mjs", import.meta.url));

    const acknowledged: number[] = [];
    for (let round = 0; round < 6; round++) {
      up = round % 2 === 1;
      const child = spawn(process.execPath, [script, dir, url, String(round * 1_000_000)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let out = "";
      child.stdout.on("data", (part) => {
        out += part;
      });
      const ended = new Promise((resolve) => child.once("close", resolve));
      await vi.waitFor(() => expect(out.split("\n").length).toBeGreaterThan(20), { timeout: 60_000, interval: 2 });
      if (round === 3) up = false; // in the middle of deliveries
      await sleep([0, 3, 40, 11, 80, 5][round]);
      child.kill("SIGKILL");
      await ended;
      acknowledged.push(...out.split("\n").slice(0, -1).map(Number));
    }
    expect(acknowledged.length).toBeGreaterThan(100);

    up = true;
    const received: number[] = [];
    const last: MetricSink = {
      name: "test",
      async writeForecast({ issuedAt }) {
        received.push(issuedAt);
      },
      async close() {},
    };
    const spool = spooledSink(last, { dir });
    await spool.open();
    await spool.drained();
    expect(spool.stats()).toMatchObject({ waiting: 0, rejected: 0, lastError: null });
    await spool.close();
    server.close();

    const all = [...delivered, ...received];
    expect(new Set(all)).toEqual(new Set([...acknowledged, ...all]));
    const missing = acknowledged.filter((number) => !all.includes(number));
    expect(missing).toEqual([]);
    for (let series = 0; series < 3; series++) {
      const first = [...new Set(all.filter((number) => number % 3 === series))];
      expect(first).toEqual([...first].sort((a, b) => a - b));
    }
  });
});
