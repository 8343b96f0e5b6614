import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

const command = fileURLToPath(new URL("../bin/loadcast.js", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../dist/cli/main.js", import.meta.url)));
const shared = fileURLToPath(new URL("../../../../shared/data/series", import.meta.url));

const root = mkdtempSync(join(tmpdir(), "loadcast-cli-"));
const children = new Set<ReturnType<typeof spawn>>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

function start(args: string[], options: { env?: Record<string, string>; input?: string; cwd?: string } = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LOADCAST_")));
  const child = spawn(process.execPath, [command, ...args], {
    cwd: options.cwd ?? root,
    env: { ...env, NO_COLOR: "1", ...options.env },
  });
  children.add(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  child.stderr.on("data", (data) => {
    err += data;
  });
  child.stdin.end(options.input ?? "");
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal, out, err });
    });
  });
  /** The address of `serve` once it is ready. */
  const ready = () =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const address = /ready at (http:\S+)/.exec(out)?.[1];
        if (address) resolve(address);
      };
      child.stdout.on("data", look);
      void ended.then(({ err }) => reject(new Error(`it ended: ${err}`)));
      look();
    });
  return { child, ended, ready };
}

const run = (args: string[], options?: Parameters<typeof start>[1]) => start(args, options).ended;

/** One line, no stack trace. */
function expectOneLine({ err }: Ended, words: string | RegExp): void {
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(err).toMatch(/^loadcast: /);
  expect(err).toMatch(words);
}

async function until<T>(ask: () => Promise<T | null | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it did not come to be within 30 seconds");
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what is tested
const json = async (url: string): Promise<any> => (await fetch(url)).json();

function csvFile(name: string, rows: string[]): string {
  const file = join(root, name);
  writeFileSync(file, `timestamp,value\n${rows.join("\n")}\n`);
  return file;
}

const hourly = Array.from({ length: 72 }, (_, t) => {
  const value = 50 + 20 * Math.sin((2 * Math.PI * t) / 24) + (((t * 7919) % 101) / 101) * 4;
  return `${new Date(Date.UTC(2026, 0, 1, t)).toISOString()},${t === 30 ? "" : value.toFixed(3)}`;
});

const suite = describe.skipIf(!built);
if (!built) describe.skip("loadcast (skipped: dist/cli/main.js is not built)", () => {});

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
      { LOADCAST_DEMO: "false" },
      1,
      "this machine has no address 203.0.113.7",
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

suite("loadcast run, train, predict", () => {
  it("do by hand what the service does by itself", { timeout: 90_000 }, async () => {
    const env = { LOADCAST_DATA: join(root, "byhand"), LOADCAST_TRAINING_HISTORY: "6h" };
    const round = await run(["run", "--format", "json"], { env });
    expect(round.code).toBe(0);
    const outcomes = JSON.parse(round.out);
    expect(outcomes.filter(({ result }: { result: string }) => result === "done")).toEqual([
      { id: "demo/cpu_percent", result: "done", detail: "demo/cpu_percent@1" },
      { id: "demo/memory_percent", result: "done", detail: "demo/memory_percent@1" },
    ]);
    expect(outcomes.filter(({ result }: { result: string }) => result === "waiting")).toHaveLength(2);

    const trained = await run(["train", "demo/cpu_percent"], { env });
    expect(trained.code).toBe(0);
    expect(trained.out).toMatch(/^version .*\ndemo\/cpu_percent@2 +\(\d,\d,\d\)/);

    const table = await run(["predict", "demo/cpu_percent"], { env });
    expect(table.out.trimEnd().split("\n")).toHaveLength(49);
    expect(table.err).toContain("demo/cpu_percent (synthetic), model demo/cpu_percent@2");
    const csv = await run(["predict", "--format", "csv"], { env });
    expect(csv.out.trimEnd().split("\n")).toHaveLength(97);
    expect(csv.out.split("\n")[0]).toBe("series,time,mean,median,lower80,upper80,lower95,upper95");

    const unknown = await run(["train", "no/where"], { env });
    expect(unknown.code).toBe(2);
    expectOneLine(unknown, 'there is no series "no/where"; known: demo/cpu_percent');
  });
});

suite("loadcast forecast", () => {
  const file = csvFile("hourly.csv", hourly);

  it("prints a table, and nothing else, to standard output", async () => {
    const { code, out, err } = await run(["forecast", file]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^time \(UTC\) +forecast +80 % from +to +95 % from +to$/);
    expect(lines).toHaveLength(49);
    expect(lines[1]).toMatch(/^2026-01-04 00:00 /);
    expect(err).toMatch(/72 values at 1 h \(1 missing\), season of 24; model \(.*, AICc/);
  });

  it("prints CSV and JSON that programs can read", async () => {
    const csv = await run(["forecast", file, "--format", "csv", "--horizon", "3", "--levels", "50,90"]);
    expect(csv.out.split("\n")[0]).toBe("time,mean,median,lower50,upper50,lower90,upper90");
    expect(csv.out.trimEnd().split("\n")).toHaveLength(4);
    const { out } = await run([
      "forecast",
      file,
      "--format",
      "json",
      "--horizon",
      "2",
      "--order",
      "1,0,0",
      "--seasonal",
      "0,1,0",
    ]);
    const { model, forecast } = JSON.parse(out);
    expect(model).toMatchObject({ order: [1, 0, 0], seasonal: [0, 1, 0, 24] });
    expect(forecast.map(({ time }: { time: string }) => time)).toEqual([
      "2026-01-04T00:00:00.000Z",
      "2026-01-04T01:00:00.000Z",
    ]);
  });

  it("reads standard input, and draws beside CSV without disturbing it", async () => {
    const input = readFileSync(file, "utf8");
    const { code, out, err } = await run(["forecast", "-", "--format", "csv", "--plot", "--upper", "100"], { input });
    expect(code).toBe(0);
    expect(out).toMatch(/^time,mean/);
    expect(out).not.toContain("┊");
    expect(err).toContain("┊");
    expect(err).toContain("standard input");
    const drawn = await run(["forecast", file, "--plot"]);
    expect(drawn.out).toContain("┊");
  });

  it.each<[string, string[], number, string | RegExp]>([
    ["no file", [], 2, "--help shows how"],
    ["a file that is not there", ["none.csv"], 1, "none.csv cannot be read: there is no such file"],
    ["a folder", ["."], 1, "it is a folder"],
    ["no CSV", [csvFileOf("picture.png", "\u0089PNG\r\n\u001a\nIHDR")], 1, "picture.png"],
    ["an empty file", [csvFileOf("empty.csv", "")], 1, "empty.csv"],
    [
      "a text among the values",
      [csvFileOf("text.csv", "timestamp,value\n2026-01-01,1\n2026-01-02,warm\n")],
      1,
      /text\.csv.*line 3/,
    ],
    ["a single value", [csvFileOf("one.csv", "timestamp,value\n2026-01-01,1\n")], 1, "at least 2 values"],
    ["gaps only", [csvFileOf("gaps.csv", "timestamp,value\n2026-01-01,\n2026-01-02,\n")], 1, "no number"],
    [
      "a horizon of nothing",
      [file, "--horizon", "0"],
      2,
      '--horizon is "0"; it must be a whole number from 1 to 10000',
    ],
    ["a level that is none", [file, "--levels", "80,high"], 2, '--levels is "80,high"'],
    ["an unknown format", [file, "--format", "xml"], 2, "one of table, csv, json"],
    ["an unknown flag", [file, "--horizn", "3"], 2, "there is no flag --horizn"],
    ["a season without orders", [file, "--seasonal", "1,0,1"], 2, "--seasonal needs --order"],
    [
      "orders of the wrong length",
      [file, "--order", "1,0"],
      2,
      '--order is "1,0"; it must be whole numbers such as 2,0,1',
    ],
    ["a value out of bounds", [file, "--upper", "60"], 1, "outside bounds"],
  ])("ends with one line at %s", async (_, args, code, words) => {
    const ended = await run(["forecast", ...args]);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe("");
    expectOneLine(ended, words);
  });

  const names = existsSync(shared) ? readdirSync(shared).filter((name) => name.endsWith(".csv")) : [];
  it.skipIf(names.length === 0)(
    "gives 48 sane steps for short series of every kind in ../shared/data",
    { timeout: 60_000 },
    async () => {
      // The classic ones: months, quarters, years with dates of their own. The long ones take minutes in all.
      const short = names.filter((name) => !/^(nab|bitbrains|google)/.test(name));
      expect(short.length).toBeGreaterThan(5);
      for (const name of short) {
        const { code, out } = await run(["forecast", join(shared, name), "--format", "csv"]);
        expect(code, name).toBe(0);
        const rows = out
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((row) => row.split(","));
        expect(rows).toHaveLength(48);
        const source = readFileSync(join(shared, name), "utf8")
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((row) => row.split(","));
        const known = source
          .map(([, value]) => value)
          .filter((value) => value !== "")
          .map(Number);
        const range = Math.max(...known) - Math.min(...known);
        const [before, last] = source.slice(-2).map(([time]) => Date.parse(time));
        let time = last;
        for (const [at, ...numbers] of rows) {
          expect(Date.parse(at) - time).toBeGreaterThan(0.9 * (last - before));
          expect(Date.parse(at) - time).toBeLessThan(1.15 * (last - before));
          time = Date.parse(at);
          const [mean, median, lower80, upper80, lower95, upper95] = numbers.map(Number);
          const ordered = [lower95, lower80, median, upper80, upper95];
          expect(ordered.every(Number.isFinite) && Number.isFinite(mean), name).toBe(true);
          expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
          expect(Math.abs(median - known[known.length - 1])).toBeLessThan(2 * range);
        }
      }
    },
  );
});

suite("loadcast", () => {
  it("shows its usage, its version, and what is in force", async () => {
    const help = await run(["--help"]);
    expect([help.code, help.err]).toEqual([0, ""]);
    for (const name of ["serve", "forecast", "run", "train", "predict", "config"]) expect(help.out).toContain(name);
    expect((await run([])).code).toBe(2);
    expect((await run(["serve", "--help"])).out).toContain("LOADCAST_PORT");
    expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const unknown = await run(["prophesy"]);
    expect(unknown.code).toBe(2);
    expectOneLine(unknown, 'there is no command "prophesy"; there are: serve, forecast');
    const checked = await run(["config", "check", "--port", "9"], { env: { LOADCAST_TRAIN_INTERVAL: "2h" } });
    expect(checked.out).toMatch(/port: 9\n[\s\S]*train: 7200s/);
    expect((await run(["config"])).code).toBe(2);
  });
});

function csvFileOf(name: string, content: string): string {
  const file = join(root, name);
  writeFileSync(file, content);
  return file;
}
