import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import {
  AdapterError,
  type MetricSink,
  memoryStore,
  type SpooledSink,
  type SpoolOptions,
  type StoredForecast,
  spooledSink,
} from "../../src/index.js";
import type { SpoolEnvironment } from "../../src/spool/delivery.js";
import { rejection } from "../conformance/rejection.js";
import { describeSink, forecastOf } from "../conformance/sink.js";

const CPU = { host: "web-1", metric: "cpu_percent" };
const root = mkdtempSync(join(tmpdir(), "loadcast-spool-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const newFolder = () => join(root, `spool-${++folders}`);

const opened: SpooledSink[] = [];
afterEach(async () => {
  for (const spool of opened.splice(0)) await spool.close().catch(() => undefined);
});

const down = () => new AdapterError("test", "nobody is there", { code: "UNAVAILABLE" });

/** A sink that does as `answer` says, and remembers the issue times it took, call by call. */
function recorder({ batches = false } = {}) {
  const calls: number[][] = [];
  const state = { answer: (_: readonly StoredForecast[]): AdapterError | null => null, closed: false };
  const take = async (forecasts: readonly StoredForecast[]) => {
    await new Promise((resolve) => setImmediate(resolve));
    const problem = state.answer(forecasts);
    if (problem !== null) throw problem;
    calls.push(forecasts.map(({ issuedAt }) => issuedAt));
  };
  const sink: MetricSink = {
    name: "test",
    writeForecast: (forecast) => take([forecast]),
    ...(batches ? { writeForecasts: take } : {}),
    async close() {
      state.closed = true;
    },
  };
  return { sink, state, calls, taken: () => calls.flat() };
}

/** Waiting takes no time, except at the end; `waits` lists how long it would have waited. */
function quick() {
  const waits: number[] = [];
  const environment: SpoolEnvironment = {
    sleep: async (millis) => {
      waits.push(millis);
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
    random: () => 1,
    now: () => 1_000_000 + waits.length,
  };
  return { waits, environment };
}

function spoolOf(sink: MetricSink, options: SpoolOptions = {}, environment = quick().environment) {
  const spool = spooledSink(sink, { closeMillis: 20, ...options }, environment);
  opened.push(spool);
  return spool;
}

const places = [
  ["in memory", () => ({})],
  ["in a folder", () => ({ dir: newFolder() })],
] as const;

for (const [where, place] of places) {
  describeSink(`spooledSink ${where}`, {
    issuedAt: Date.UTC(2026, 1, 1),
    async create() {
      const store = memoryStore();
      const spool = spooledSink(store, place());
      return {
        sink: spool,
        async written(key) {
          await spool.drained();
          const forecast = await store.latestForecast(key);
          if (forecast === null) return null;
          const { times, mean, median, intervals } = forecast;
          return { times, mean, median, intervals };
        },
      };
    },
  });
}

describe.each(places)("spooledSink %s", (_, place) => {
  const numbers = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

  it("acknowledges while the server is down, and delivers in order when it is back", async () => {
    const { sink, state, taken } = recorder();
    state.answer = down;
    const spool = spoolOf(sink, place());
    for (const n of numbers(20)) await spool.writeForecast(forecastOf(CPU, n));
    expect(spool.stats()).toMatchObject({ waiting: 20, delivered: 0, rejected: 0, oldestMillis: expect.any(Number) });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(spool.stats().lastError).toBe("test: nobody is there");
    expect(spool.stats().retried).toBeGreaterThan(0);
    state.answer = () => null;
    await spool.drained();
    expect(taken()).toEqual(numbers(20));
    expect(spool.stats()).toMatchObject({
      waiting: 0,
      delivered: 20,
      rejected: 0,
      oldestMillis: null,
      lastError: null,
    });
  });

  it("waits longer each time, but as long as the server asks, and not for ever", async () => {
    const { sink, state } = recorder();
    const { waits, environment } = quick();
    const answers = [
      down(),
      down(),
      down(),
      new AdapterError("test", "slow down", { code: "UNAVAILABLE", status: 429, retryAfterMillis: 7000 }),
      new AdapterError("test", "slow down", { code: "UNAVAILABLE", status: 429, retryAfterMillis: 3_600_000 }),
      down(),
      down(),
    ];
    state.answer = () => answers.shift() ?? null;
    const spool = spoolOf(sink, { ...place(), maxWaitMillis: 10_000 }, environment);
    await spool.writeForecast(forecastOf(CPU, 1));
    await spool.drained();
    expect(waits).toEqual([500, 1000, 2000, 7000, 10_000, 10_000, 10_000]);
    state.answer = () => (waits.length < 8 ? down() : null);
    await spool.writeForecast(forecastOf(CPU, 2));
    await spool.drained();
    expect(waits[7]).toBe(500);
  });

  it.each([
    ["a wrong token", { code: "NOT_ALLOWED", status: 401 }],
    ["a missing bucket", { code: "NOT_FOUND", status: 404 }],
    ["a failing server", { code: "UNAVAILABLE", status: 500 }],
    ["an answer of somebody else", { code: "INVALID_DATA" }],
    ["a redirect", { code: "FAILED", status: 302 }],
    ["what nobody thought of", { code: "FAILED" }],
  ] as const)("waits until %s is put right", async (_, problem) => {
    const { sink, state, taken } = recorder();
    let attempts = 0;
    state.answer = () => (++attempts < 5 ? new AdapterError("test", "no", problem) : null);
    const spool = spoolOf(sink, place());
    await spool.writeForecast(forecastOf(CPU, 1));
    await spool.drained();
    expect(taken()).toEqual([1]);
    expect(spool.stats()).toMatchObject({ retried: 4, rejected: 0 });
  });

  it.each([
    { code: "FAILED", status: 400 },
    { code: "FAILED", status: 413 },
    { code: "FAILED", status: 422 },
    { code: "INVALID_ARGUMENT" },
  ] as const)("puts aside what is refused for good, with %o, and goes on", async (problem) => {
    const { sink, state, taken } = recorder({ batches: true });
    const bad = new Set([3, 4, 11]);
    state.answer = (forecasts) =>
      forecasts.some(({ issuedAt }) => bad.has(issuedAt)) ? new AdapterError("test", "bad data", problem) : null;
    const told: unknown[] = [];
    const options = { ...place(), batchEntries: 8, onRejected: (f: StoredForecast | null) => told.push(f?.issuedAt) };
    const spool = spoolOf(sink, options);
    await spool.writeForecasts(numbers(12).map((n) => forecastOf(CPU, n)));
    await spool.drained();
    expect(taken()).toEqual(numbers(12).filter((n) => !bad.has(n)));
    expect(spool.stats()).toMatchObject({ waiting: 0, delivered: 9, rejected: 3, retried: 0 });
    expect(told).toEqual([3, 4, 11]);
    if (!("dir" in options)) return;
    const lines = readFileSync(join(String(options.dir), "rejected.ndjson"), "utf8")
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      [3, 4, 11].map((n) => ({ code: problem.code, reason: "test: bad data", forecast: forecastOf(CPU, n) })),
    );
  });

  it("gives several at once to a sink that takes several", async () => {
    const { sink, state, calls } = recorder({ batches: true });
    const answers = [down()];
    state.answer = () => answers.shift() ?? null;
    const spool = spoolOf(sink, { ...place(), batchEntries: 30 });
    await Promise.all(numbers(100).map((n) => spool.writeForecast(forecastOf(CPU, n))));
    await spool.drained();
    expect(calls.flat()).toEqual(numbers(100));
    expect(calls.length).toBeLessThan(10);
    expect(Math.max(...calls.map((call) => call.length))).toBe(30);
  });

  it.each([{ maxEntries: 10 }, { maxBytes: 4000 }])(
    "refuses more than %o, and loses nothing of what it holds",
    async (limit) => {
      const { sink, state, taken } = recorder();
      state.answer = down;
      const spool = spoolOf(sink, { ...place(), ...limit });
      const outcomes = await Promise.allSettled(numbers(30).map((n) => spool.writeForecast(forecastOf(CPU, n))));
      const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason as AdapterError] : []));
      const accepted = numbers(30).filter((n) => outcomes[n - 1].status === "fulfilled");
      expect(refused.length).toBeGreaterThan(10);
      expect(new Set(refused.map(({ code }) => code))).toEqual(new Set(["OVERFLOW"]));
      expect(refused[0].message).toMatch(/^spool: full: \d+ forecasts wait for test.*raise maxEntries and maxBytes$/);
      expect(accepted.length).toBeGreaterThan(4);
      expect(spool.stats().waiting).toBe(accepted.length);
      state.answer = () => null;
      await spool.drained();
      expect(taken()).toEqual(accepted);
      await spool.writeForecast(forecastOf(CPU, 99));
      await spool.drained();
      expect(taken().at(-1)).toBe(99);
    },
  );

  it("goes on for a while when it is closed", async () => {
    const { sink, state, taken } = recorder();
    let attempts = 0;
    state.answer = () => (++attempts < 4 ? down() : null);
    const spool = spooledSink(sink, { ...place(), firstWaitMillis: 1 });
    await spool.writeForecast(forecastOf(CPU, 1));
    await spool.close();
    expect([taken(), state.closed]).toEqual([[1], true]);
  });

  it("keeps what no number can say", async () => {
    const { sink } = recorder();
    const got: StoredForecast[] = [];
    sink.writeForecast = async (forecast) => {
      got.push(forecast);
    };
    const spool = spoolOf(sink, place());
    const odd = { ...forecastOf({ ...CPU, host: 'größe \u2028 "x"' }, 1), mean: [Number.NaN, Infinity, -Infinity] };
    await spool.writeForecast(odd);
    await spool.drained();
    expect(got).toEqual([odd]);
  });
});

describe("spooledSink in memory", () => {
  it("says at the end what could not be delivered", async () => {
    const { sink, state } = recorder();
    state.answer = down;
    const spool = spoolOf(sink);
    for (const n of [1, 2, 3]) await spool.writeForecast(forecastOf(CPU, n));
    const error = await rejection(spool.close());
    expect(error.message).toBe(
      "spool: 3 forecasts could not be delivered to test before the end (test: nobody is there); set dir to keep them",
    );
    expect([error.code, state.closed]).toEqual(["UNAVAILABLE", true]);
    await spool.close();
  });
});

describe("spooledSink in a folder", () => {
  const spoolFiles = (dir: string) => readdirSync(dir).filter((name) => name.endsWith(".spool"));
  /** A folder as a process left it that was killed with these waiting. */
  const leftBehind = async (issued: readonly number[]) => {
    const dir = newFolder();
    const { sink, state } = recorder();
    state.answer = down;
    const spool = spoolOf(sink, { dir });
    for (const n of issued) await spool.writeForecast(forecastOf(CPU, n));
    await spool.close();
    return dir;
  };
  const delivers = async (dir: string) => {
    const { sink, taken } = recorder();
    const spool = spoolOf(sink, { dir });
    await spool.open();
    await spool.drained();
    const stats = spool.stats();
    await spool.close();
    return { taken: taken(), stats };
  };

  it("delivers after a restart what was left, once, before anything new", async () => {
    const dir = await leftBehind([1, 2, 3]);
    const { sink, state, taken } = recorder();
    state.answer = down;
    const spool = spoolOf(sink, { dir });
    await spool.writeForecast(forecastOf(CPU, 4));
    expect(spool.stats().waiting).toBe(4);
    state.answer = () => null;
    await spool.drained();
    await spool.close();
    expect(taken()).toEqual([1, 2, 3, 4]);
    expect(await delivers(dir)).toMatchObject({ taken: [], stats: { waiting: 0 } });
  });

  it("drops a line that was torn off by a crash: it was never acknowledged", async () => {
    const dir = await leftBehind([1, 2, 3]);
    const file = join(dir, spoolFiles(dir)[0]);
    const whole = readFileSync(file);
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (const end of [lastLine + 1, lastLine + 40, whole.length - 1]) {
      const copy = newFolder();
      cpSync(dir, copy, { recursive: true });
      writeFileSync(join(copy, spoolFiles(dir)[0]), whole.subarray(0, end));
      expect(await delivers(copy)).toMatchObject({ taken: [1, 2], stats: { rejected: 0 } });
      // What is accepted next stands on a line of its own.
      const { sink, state } = recorder();
      state.answer = down;
      const spool = spoolOf(sink, { dir: copy });
      await spool.writeForecast(forecastOf(CPU, 9));
      await spool.close();
      expect(await delivers(copy)).toMatchObject({ taken: [9], stats: { rejected: 0 } });
    }
  });

  it("puts a damaged line aside and delivers those around it", async () => {
    const dir = await leftBehind([1, 2, 3, 4]);
    const file = join(dir, spoolFiles(dir)[0]);
    const bytes = readFileSync(file);
    const second = bytes.indexOf("\n") + 1;
    bytes[second + 60] ^= 1;
    writeFileSync(file, bytes);
    expect(await delivers(dir)).toMatchObject({ taken: [1, 3, 4], stats: { rejected: 1 } });
    expect(readFileSync(join(dir, "rejected.ndjson"), "utf8")).toContain("spool: damaged on the disk");
    expect(await delivers(dir)).toMatchObject({ taken: [], stats: { rejected: 0 } });
  });

  it("starts with garbage at the end and with an empty position, as a power cut leaves them", async () => {
    const dir = await leftBehind([1, 2]);
    appendFileSync(join(dir, spoolFiles(dir)[0]), Buffer.alloc(5000));
    writeFileSync(join(dir, "position"), "");
    expect((await delivers(dir)).taken).toEqual([1, 2]);
  });

  it("deletes files when all in them is delivered", async () => {
    const dir = newFolder();
    const { sink, state } = recorder({ batches: true });
    state.answer = down;
    const spool = spoolOf(sink, { dir });
    // 5 KB each; a file takes 4 MB.
    for (let i = 0; i < 20; i++) {
      await spool.writeForecasts(Array.from({ length: 100 }, (_, k) => forecastOf(CPU, i * 100 + k, 48)));
    }
    expect(spoolFiles(dir).length).toBeGreaterThan(1);
    state.answer = () => null;
    await spool.drained();
    await spool.close();
    expect(spoolFiles(dir).length).toBe(1);
  });

  it("belongs to one spool at a time, and to nobody after a kill", async () => {
    const dir = newFolder();
    const { sink } = recorder();
    const first = spoolOf(sink, { dir });
    await first.open();
    const second = spoolOf(sink, { dir });
    const error = await rejection(second.open());
    expect(error.message).toBe(
      `spool: the folder ${dir} is in use by process ${process.pid}; give every process its own`,
    );
    expect(error.code).toBe("IN_USE");
    await first.close();
    expect(existsSync(join(dir, "lock"))).toBe(false);
    await second.open();
    await second.close();
    for (const lock of ['{"pid":999999999,"started":"1"}', `{"pid":${process.pid},"started":"another"}`, "", "{"]) {
      writeFileSync(join(dir, "lock"), lock);
      const next = spoolOf(sink, { dir });
      await next.open();
      await next.close();
    }
  });

  it("says that the folder cannot be used", async () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    const { sink } = recorder();
    const spool = spoolOf(sink, { dir: join(file, "spool") });
    expect((await rejection(spool.writeForecast(forecastOf(CPU, 1)))).message).toMatch(
      /^spool: the folder .* cannot be used: ENOTDIR/,
    );
  });

  it("delivers all it acknowledged, in order for each series, whatever comes: servers down, crashes, torn files", async () => {
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.record({ write: fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }) }) },
      { weight: 2, arbitrary: fc.record({ up: fc.boolean() }) },
      { weight: 2, arbitrary: fc.record({ turns: fc.nat(6) }) },
      { weight: 2, arbitrary: fc.record({ crash: fc.uint8Array({ maxLength: 20 }) }) },
      { weight: 1, arbitrary: fc.record({ close: fc.constant(true) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 25 }), async (events) => {
        const acknowledged: [series: number, number: number][] = [];
        const delivered: [series: number, number: number][] = [];
        let dir = newFolder();
        let up = true;
        let next = 1;
        const begin = () => {
          const era = { alive: true };
          const take = async (forecasts: readonly StoredForecast[]) => {
            await new Promise((resolve) => setImmediate(resolve));
            // What a killed process sends does not arrive.
            if (!up || !era.alive) throw down();
            for (const { host, issuedAt } of forecasts) delivered.push([Number(host), issuedAt]);
          };
          const sink: MetricSink = {
            name: "test",
            writeForecast: (forecast) => take([forecast]),
            writeForecasts: take,
            async close() {},
          };
          return { era, spool: spoolOf(sink, { dir, batchEntries: 3, closeMillis: 1 }) };
        };
        let current = begin();
        for (const one of events) {
          if ("write" in one) {
            await Promise.all(
              one.write.map(async (series) => {
                const number = next++;
                await current.spool.writeForecast(forecastOf({ host: String(series), metric: "m" }, number, 1));
                acknowledged.push([series, number]);
              }),
            );
          } else if ("up" in one) up = one.up;
          else if ("turns" in one) {
            for (let i = 0; i < one.turns; i++) await new Promise((resolve) => setImmediate(resolve));
          } else if ("close" in one) {
            await current.spool.close();
            current = begin();
          } else {
            // What is on the disk at this moment, with the beginning of a line that was being written.
            const copy = newFolder();
            if (existsSync(dir)) {
              cpSync(dir, copy, { recursive: true });
              rmSync(join(copy, "lock"), { force: true }); // this process lives on
              const newest = spoolFiles(copy).sort().at(-1);
              if (newest !== undefined) {
                appendFileSync(
                  join(copy, newest),
                  one.crash.map((byte) => (byte === 10 ? 0 : byte)),
                );
              }
            }
            current.era.alive = false;
            await current.spool.close();
            dir = copy;
            current = begin();
          }
        }
        up = true;
        await current.spool.open();
        await current.spool.drained();
        expect(current.spool.stats().rejected).toBe(0);
        await current.spool.close();
        for (const series of [0, 1, 2]) {
          const of = (list: typeof delivered) => list.filter(([s]) => s === series).map(([, number]) => number);
          const accepted = of(acknowledged).sort((a, b) => a - b);
          expect([...new Set(of(delivered))]).toEqual(accepted);
          // Whoever keeps the last that came has the newest.
          expect(of(delivered).at(-1)).toBe(accepted.at(-1));
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("spooledSink", () => {
  it.each([{ maxEntries: 0 }, { maxBytes: -1 }, { batchEntries: Number.NaN }, { maxWaitMillis: 0 }])(
    "refuses the options %o",
    (options) => {
      expect(() => spooledSink(recorder().sink, options)).toThrow(/must be a number from 1/);
    },
  );
});
