import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore, type Samples, type SeriesKey } from "@loadcast/metrics-io";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { createIntake } from "../src/collector.js";
import type { SourceConfig } from "../src/config/sources.js";
import { loadConfig } from "../src/config.js";
import { createEventBus } from "../src/events.js";
import { silentLog } from "../src/log.js";
import { createFollower, type FollowerOptions } from "../src/sources/follower.js";
import { createFreshSamples } from "../src/sources/fresh.js";
import { named } from "../src/sources/host-names.js";
import { createPieceWidth } from "../src/sources/piece.js";
import { fileProgress, memoryProgress, type Progress } from "../src/sources/progress.js";
import { promqlMatchers } from "../src/sources/remote.js";
import { createSources } from "../src/sources/sources.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-sources-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;

/** A server with one sample of each host every minute, as far as it has collected and wants to answer. */
function fakeServer(clock: VirtualClock, hosts: string[] = ["web"]) {
  const server = {
    down: false,
    /** Samples of times before this are there. */
    collectedTo: () => clock.now(),
    /** Samples that arrived late: not there until they are added. */
    missing: new Set<number>(),
    /** Whether a sample has come to the server by now. */
    arrived: (_host: string, _time: number) => true,
    value: (time: number) => (time / MINUTE) % 1000,
    asked: [] as { from: number; to: number }[],
    largest: 0,
    closed: false,
    remote: {
      metrics: ["cpu_percent"],
      async readMetric(metric: string, range: { from: number; to: number }): Promise<(SeriesKey & Samples)[]> {
        if (server.down) throw new Error("it is away");
        server.asked.push(range);
        const times: number[] = [];
        const end = Math.min(range.to, server.collectedTo());
        for (let time = Math.ceil(range.from / MINUTE) * MINUTE; time < end; time += MINUTE) {
          if (!server.missing.has(time)) times.push(time);
        }
        const readings = hosts.map((host) => {
          const there = times.filter((time) => server.arrived(host, time));
          return { host, metric, times: Float64Array.from(there), values: Float64Array.from(there, server.value) };
        });
        server.largest = Math.max(
          server.largest,
          readings.reduce((sum, { times }) => sum + times.length, 0),
        );
        return readings;
      },
      async close() {
        server.closed = true;
      },
    },
  };
  return server;
}

function setUp(
  options: Partial<FollowerOptions> = {},
  progress: Progress = memoryProgress(),
  hosts: string[] | undefined = undefined,
) {
  const clock = virtualClock();
  const server = fakeServer(clock, hosts);
  const store = memoryStore();
  const written: number[] = [];
  const intake = createIntake({
    store,
    events: createEventBus(),
    onStored: (batches) => {
      written.push(batches.reduce((sum, { times }) => sum + times.length, 0));
    },
  });
  const follower = createFollower(
    {
      name: "prom",
      kind: "prometheus",
      key: "prom",
      every: MINUTE,
      overlap: 10 * MINUTE,
      backfill: DAY,
      rename: {},
      hosts: ["*"],
      ...options,
    },
    { remote: server.remote, intake, progress, clock, log: silentLog },
  );
  const stored = async (host = "web") => {
    const known = (await store.listSeries()).some((series) => series.host === host);
    return known ? store.read({ host, metric: "cpu_percent" }, { from: -Infinity, to: Infinity }) : null;
  };
  /** Every minute of a range is there, once, with its value. */
  const expectWhole = async (from: number, to: number, host?: string) => {
    const samples = await stored(host);
    const times = [...(samples?.times ?? [])].filter((time) => time >= from && time < to);
    const first = Math.ceil(from / MINUTE) * MINUTE;
    const count = Math.ceil((to - first) / MINUTE);
    expect([times[0], times.length]).toEqual([first, count]);
    expect(times.findIndex((time, i) => time !== first + i * MINUTE)).toBe(-1);
  };
  return { clock, server, store, follower, stored, expectWhole, written };
}

describe("a source that is followed", () => {
  it("brings the present first, then all of the wanted past, and nothing beyond it", async () => {
    const { clock, server, follower, expectWhole, stored } = setUp({ backfill: 3 * DAY });
    const begun = clock.now();
    follower.start();
    await clock.advance(0);
    expect(server.asked[0].from).toBe(begun - 6 * HOUR);
    await expectWhole(begun - 6 * HOUR, begun);
    await clock.advance(30 * MINUTE);
    await expectWhole(begun - 3 * DAY, begun + 29 * MINUTE);
    expect((await stored())?.times[0]).toBe(begun - 3 * DAY);
    expect(follower.state()).toMatchObject({ status: "ok", detail: null, failures: 0, samples: 3 * 1440 + 30 });
    await follower.stop();
    expect(server.closed).toBe(true);
  });

  it("writes again only what is new or has changed", async () => {
    const { clock, server, follower, written, stored } = setUp({ backfill: HOUR });
    follower.start();
    await clock.advance(5 * MINUTE);
    written.length = 0;
    await clock.advance(10 * MINUTE);
    expect(written).toEqual(Array(10).fill(1));
    const corrected = clock.now() - 5 * MINUTE;
    const before = server.value;
    server.value = (time) => (time === corrected ? 777 : before(time));
    await clock.advance(MINUTE);
    expect(written.at(-1)).toBe(2);
    const samples = await stored();
    expect(samples?.values[samples.times.indexOf(corrected)]).toBe(777);
    await follower.stop();
  });

  it("finds samples that come late, as long as the overlap reaches back", async () => {
    const { clock, server, follower, expectWhole } = setUp({ backfill: HOUR });
    const late = [3, 4, 5].map((minutes) => clock.now() + minutes * MINUTE);
    for (const time of late) server.missing.add(time);
    follower.start();
    await clock.advance(8 * MINUTE);
    server.missing.clear();
    await clock.advance(2 * MINUTE);
    await expectWhole(clock.now() - HOUR, clock.now() - MINUTE);
    await follower.stop();
  });

  it("is read from where it fell silent, when what carries samples to it was away for hours and brings them", async () => {
    const { clock, server, follower, expectWhole, written } = setUp();
    const begun = clock.now();
    follower.start();
    await clock.advance(10 * MINUTE);
    const silent = clock.now();
    let front = silent;
    server.arrived = (_, time) => time < front;
    await clock.advance(2 * MINUTE);
    written.length = 0;
    await clock.advance(3 * HOUR);
    // What is read again and again meanwhile is not written again.
    expect(written).toEqual([]);
    expect(server.asked.at(-1)).toEqual({ from: silent - 11 * MINUTE, to: clock.now() + 1 });
    // The oldest first, at its own pace, and none of it at once.
    for (let rounds = 0; front < clock.now(); rounds++) {
      expect(rounds).toBeLessThan(10);
      front += HOUR;
      await clock.advance(MINUTE);
    }
    server.arrived = () => true;
    await clock.advance(2 * MINUTE);
    await expectWhole(begun, clock.now() - MINUTE);
    // And then no further back than the overlap.
    expect(server.asked.at(-1)?.from).toBeGreaterThan(clock.now() - 13 * MINUTE);
    await follower.stop();
  });

  it("is not waited for longer than six hours", async () => {
    const { clock, server, follower } = setUp({ backfill: DAY });
    follower.start();
    await clock.advance(10 * MINUTE);
    const silent = clock.now();
    server.arrived = (_, time) => time < silent;
    await clock.advance(20 * HOUR);
    const { from, to } = server.asked.at(-1) as { from: number; to: number };
    expect(to - from).toBeLessThan(6 * HOUR + 12 * MINUTE);
    await follower.stop();
  });

  it("is asked again for the past of a host that was cut off, and writes nothing of the others again", async () => {
    const { clock, server, follower, expectWhole, written } = setUp({ backfill: HOUR }, memoryProgress(), [
      "web",
      "db",
    ]);
    const begun = clock.now();
    follower.start();
    await clock.advance(10 * MINUTE);
    const cut = clock.now();
    server.arrived = (host, time) => host === "web" || time < cut;
    await clock.advance(2 * HOUR);
    written.length = 0;
    server.arrived = () => true;
    await clock.advance(MINUTE);
    // All that was missing of the one, and what is new of the other.
    expect(written.reduce((sum, count) => sum + count, 0)).toBeLessThan(2 * 60 + 30);
    for (const host of ["web", "db"]) await expectWhole(begun, clock.now() - MINUTE, host);
    await follower.stop();
  });

  it("tries again to get the past of a host that was cut off, when it is away just then", async () => {
    const { clock, server, follower, expectWhole } = setUp({ backfill: HOUR }, memoryProgress(), ["web", "db"]);
    const begun = clock.now();
    follower.start();
    await clock.advance(10 * MINUTE);
    const cut = clock.now();
    server.arrived = (host, time) => host === "web" || time < cut;
    await clock.advance(2 * HOUR);
    server.arrived = () => true;
    const read = server.remote.readMetric;
    server.remote.readMetric = async (metric, range) => {
      if (range.from < clock.now() - HOUR) throw new Error("too much");
      return read(metric, range);
    };
    await clock.advance(3 * MINUTE);
    expect(follower.state().detail).toBe("too much");
    server.remote.readMetric = read;
    await clock.advance(10 * MINUTE);
    await expectWhole(begun, clock.now() - 10 * MINUTE, "db");
    await follower.stop();
  });

  it("is not asked for the past of a host that was off", async () => {
    const { clock, server, follower } = setUp({ backfill: HOUR }, memoryProgress(), ["web", "db"]);
    follower.start();
    await clock.advance(10 * MINUTE);
    const off = clock.now();
    const on = off + 2 * HOUR;
    server.arrived = (host, time) => host === "web" || time < off || time >= on;
    await clock.advance(HOUR);
    server.asked.length = 0;
    await clock.advance(2 * HOUR);
    expect(Math.max(...server.asked.map(({ from, to }) => to - from))).toBeLessThan(13 * MINUTE);
    await follower.stop();
  });

  it("that is away is tried again ever more seldom, and catches up without a hole", async () => {
    const { clock, server, follower, expectWhole } = setUp({ backfill: DAY });
    const begun = clock.now();
    follower.start();
    await clock.advance(10 * MINUTE);
    server.down = true;
    await clock.advance(3 * HOUR);
    const { status, detail, failures } = follower.state();
    expect([status, detail]).toEqual(["failed", "it is away"]);
    // 1, 2, 4 and then every 5 minutes.
    expect(failures).toBeGreaterThan(30);
    expect(failures).toBeLessThan(45);
    server.down = false;
    await clock.advance(6 * MINUTE);
    expect(follower.state().status).toBe("ok");
    await expectWhole(begun - DAY, clock.now() - 2 * MINUTE);
    await follower.stop();
  });

  it("goes on where it was after a restart, also in the middle of the past", async () => {
    const file = join(folder, "progress.json");
    const first = setUp({ backfill: 10 * DAY }, await fileProgress(file, silentLog));
    const { server, clock } = first;
    let answers = 0;
    const read = server.remote.readMetric;
    server.remote.readMetric = async (metric, range) => {
      if (++answers > 8) server.down = true;
      return read(metric, range);
    };
    await expect(first.follower.catchUp(new AbortController().signal)).rejects.toThrow("it is away");
    await first.follower.stop();
    const asked = server.asked.length;

    // The same store and server in another process, an hour later.
    server.down = false;
    server.remote.readMetric = read;
    await clock.advance(HOUR);
    const again = createFollower(
      {
        name: "prom",
        kind: "p",
        key: "prom",
        every: MINUTE,
        overlap: 10 * MINUTE,
        backfill: 10 * DAY,
        rename: {},
        hosts: ["*"],
      },
      {
        remote: server.remote,
        intake: createIntake({ store: first.store, events: createEventBus() }),
        progress: await fileProgress(file, silentLog),
        clock,
        log: silentLog,
      },
    );
    await again.catchUp(new AbortController().signal);
    await again.stop();
    await first.expectWhole(clock.now() - 10 * DAY, clock.now());
    // It did not begin anew: the first question after the restart is about the time since.
    expect(server.asked[asked].from).toBeGreaterThan(clock.now() - 2 * HOUR);
    expect(readFileSync(file, "utf8")).toContain('"until"');
  });

  it("keeps the one metric going when another cannot be read", async () => {
    const { clock, server, follower, expectWhole } = setUp({ backfill: HOUR });
    (server.remote as { metrics: string[] }).metrics.unshift("broken");
    const read = server.remote.readMetric;
    server.remote.readMetric = async (metric, range) => {
      if (metric === "broken") throw new Error("several series for web");
      return read(metric, range);
    };
    const both = createFollower(
      { name: "b", kind: "p", key: "b", every: MINUTE, overlap: MINUTE, backfill: HOUR, rename: {}, hosts: ["*"] },
      { remote: server.remote, intake: { store: async () => {} }, progress: memoryProgress(), clock, log: silentLog },
    );
    both.start();
    follower.start();
    await clock.advance(10 * MINUTE);
    expect(both.state()).toMatchObject({ status: "failed", detail: "several series for web" });
    // Not slowed down: what works is asked for each minute.
    expect(both.state().failures).toBeGreaterThanOrEqual(9);
    await expectWhole(clock.now() - HOUR, clock.now() - MINUTE);
    await Promise.all([both.stop(), follower.stop()]);
  });

  it("loses nothing where the store refuses for a while", async () => {
    const clock = virtualClock();
    const server = fakeServer(clock);
    const store = memoryStore();
    let full = false;
    const inner = createIntake({ store, events: createEventBus() });
    const intake = {
      store: async (batches: Parameters<typeof inner.store>[0]) => {
        if (full) throw new Error("the disk is full");
        await inner.store(batches);
      },
    };
    const follower = createFollower(
      { name: "p", kind: "p", key: "p", every: MINUTE, overlap: 2 * MINUTE, backfill: HOUR, rename: {}, hosts: ["*"] },
      { remote: server.remote, intake, progress: memoryProgress(), clock, log: silentLog },
    );
    follower.start();
    await clock.advance(5 * MINUTE);
    full = true;
    await clock.advance(20 * MINUTE);
    expect(follower.state().detail).toBe("the disk is full");
    full = false;
    await clock.advance(10 * MINUTE);
    const { times } = await store.read({ host: "web", metric: "cpu_percent" }, { from: -Infinity, to: Infinity });
    for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBe(MINUTE);
    expect(times.at(-1)).toBeGreaterThanOrEqual(clock.now() - 2 * MINUTE);
    await follower.stop();
  });

  it("is read once, past and all, for a command; and what fails is said", async () => {
    const { clock, server, follower, expectWhole } = setUp({ backfill: 2 * DAY });
    await follower.catchUp(new AbortController().signal);
    await expectWhole(clock.now() - 2 * DAY, clock.now());
    server.down = true;
    await expect(follower.catchUp(new AbortController().signal)).rejects.toThrow("prom: it is away");
    const abort = new AbortController();
    abort.abort(new Error("stopped"));
    await expect(follower.catchUp(abort.signal)).rejects.toThrow("stopped");
  });

  it("does not make the end wait for an answer that does not come", async () => {
    const { clock, server, follower } = setUp();
    server.remote.readMetric = () => new Promise(() => {});
    follower.start();
    await clock.advance(0);
    await follower.stop();
    expect(server.closed).toBe(true);
  });

  it("keeps the memory bounded, however many hosts there are", async () => {
    const clock = virtualClock();
    const hosts = Array.from({ length: 1000 }, (_, i) => `host-${i}`);
    const server = fakeServer(clock, hosts);
    let total = 0;
    const follower = createFollower(
      {
        name: "p",
        kind: "p",
        key: "p",
        every: MINUTE,
        overlap: 5 * MINUTE,
        backfill: 6 * HOUR,
        rename: {},
        hosts: ["*"],
      },
      {
        remote: server.remote,
        intake: {
          store: async (batches) => {
            for (const { times } of batches) total += times.length;
          },
        },
        progress: memoryProgress(),
        clock,
        log: silentLog,
      },
    );
    await follower.catchUp(new AbortController().signal);
    expect(total).toBe(6 * 60 * 1000);
    expect(server.largest).toBeLessThanOrEqual(100_000);
  });
});

describe("names of hosts", () => {
  const reading = (host: string, times: number[], values = times) => ({
    host,
    metric: "m",
    times: Float64Array.from(times),
    values: Float64Array.from(values),
  });

  it("are those of the configuration, so that a host whose label changes stays what it was", () => {
    const rename = { "10.0.0.7:9100": "web-1", "10.0.0.9:9100": "web-1" };
    const result = named([reading("10.0.0.7:9100", [1, 2, 3]), reading("10.0.0.9:9100", [3, 4], [9, 9])], {
      rename,
      hosts: ["*"],
    });
    expect(result.map(({ host, times, values }) => [host, [...times], [...values]])).toEqual([
      ["web-1", [1, 2, 3, 4], [1, 2, 9, 9]],
    ]);
  });

  it("choose what is wanted, and never break the store", () => {
    const result = named([reading("a", [1]), reading("test-1", [1]), reading("", [1]), reading("x\u0000", [1])], {
      rename: {},
      hosts: ["!test-*"],
    });
    expect(result.map(({ host }) => host)).toEqual(["a"]);
  });
});

describe("fresh samples", () => {
  it("written one after the other give what was read last, whatever was read", () => {
    const value = fc.integer({ min: 0, max: 3 });
    const read = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 20 }), value), { selector: ([time]) => time });
    fc.assert(
      fc.property(fc.array(read, { maxLength: 6 }), (reads) => {
        const fresh = createFreshSamples();
        const written = new Map<number, number>();
        const expected = new Map<number, number>();
        for (const samples of reads) {
          samples.sort(([a], [b]) => a - b);
          const times = Float64Array.from(samples, ([time]) => time);
          const values = Float64Array.from(samples, ([, v]) => v);
          for (const [time, v] of samples) expected.set(time, v);
          for (const batch of fresh.take([{ host: "h", metric: "m", times, values }], 5)) {
            for (let i = 0; i < batch.times.length; i++) written.set(batch.times[i], batch.values[i]);
          }
        }
        expect(written).toEqual(expected);
      }),
    );
  });

  it("are all of them after what was taken could not be stored", () => {
    const fresh = createFreshSamples();
    const reading = { host: "h", metric: "m", times: Float64Array.of(1, 2), values: Float64Array.of(1, 2) };
    expect(fresh.take([reading], 0)[0].times).toHaveLength(2);
    expect(fresh.take([reading], 0)).toEqual([]);
    fresh.forget();
    expect(fresh.take([reading], 0)[0].times).toHaveLength(2);
  });
});

it("pieces grow where there is little, shrink where there is much or something failed, within limits", () => {
  const width = createPieceWidth();
  for (let i = 0; i < 20; i++) width.brought(width.millis(), 0);
  expect(width.millis()).toBe(DAY);
  for (let i = 0; i < 20; i++) width.brought(width.millis(), 10_000_000);
  expect(width.millis()).toBeLessThanOrEqual(HOUR);
  // Where nothing comes it may still come, all at once.
  const full = createPieceWidth();
  for (let i = 0; i < 20; i++) full.brought(full.millis(), (full.millis() / 1000) * 130);
  for (let i = 0; i < 20; i++) full.brought(full.millis(), 0);
  expect((full.millis() / 1000) * 130).toBeLessThanOrEqual(200_100);
  expect((full.millis() / 1000) * 130).toBeGreaterThan(150_000);
  for (let i = 0; i < 20; i++) width.failed();
  expect(width.millis()).toBe(MINUTE);
});

it("label matchers become PromQL that means the same", () => {
  expect(promqlMatchers({ job: ["node"], env: ["prod-*", "!prod-x"], q: ['a"b\\c'] })).toBe(
    'job=~"node",env=~"prod\\\\-.*",env!~"prod\\\\-x",q=~"a\\\\\\"b\\\\\\\\c"',
  );
  expect(promqlMatchers({})).toBe("");
});

describe("progress", () => {
  it("that cannot be read is begun anew, with a warning", async () => {
    const file = join(folder, "broken.json");
    writeFileSync(file, "{");
    const warnings: string[] = [];
    const progress = await fileProgress(file, { ...silentLog, warn: (line) => warnings.push(line) });
    expect(progress.span("a", "b")).toBeNull();
    expect(warnings[0]).toContain("broken.json cannot be used");
    progress.setSpan("a", "b", { since: 1, until: 2 });
    await Promise.all([progress.save(), progress.save()]);
    expect((await fileProgress(file, silentLog)).span("a", "b")).toEqual({ since: 1, until: 2 });
  });
});

describe("all sources together", () => {
  const csv = (name: string, content: string) => {
    const path = join(folder, `${name}.csv`);
    writeFileSync(path, content);
    return path;
  };
  const entry = (source: object) => {
    const file = join(folder, "entry.yaml");
    writeFileSync(file, JSON.stringify({ sources: [source] }));
    return loadConfig({ file }).sources[0] as SourceConfig;
  };

  it("read files when they are new or change, and take other entries up while they run", async () => {
    const clock = virtualClock();
    const store = memoryStore();
    const intake = createIntake({ store, events: createEventBus() });
    const path = csv("first", "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,2\n");
    const first = entry({ kind: "csv", name: "first", path, metric: "m", every: "10s" });
    const sources = createSources([first], { intake, store, progress: memoryProgress(), clock, log: silentLog });
    const count = async () => (await store.listSeries()).map(({ id, count: samples }) => `${id} ${samples}`);
    /** Files are read by the system, in its own time. */
    const until = async (expected: string[]) => {
      for (let i = 0; i < 200 && (await count()).join() !== expected.join(); i++) {
        await clock.advance(10_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      expect(await count()).toEqual(expected);
    };
    sources.start();
    await until(["csv/m 2"]);
    const read = sources.states()[0].samples;
    await clock.advance(60_000);
    expect(sources.states()[0].samples).toBe(read);
    writeFileSync(path, "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,5\n2026-01-01T00:10:00Z,3\n");
    utimesSync(path, new Date(), new Date(Date.now() + 5000));
    await until(["csv/m 3"]);

    const second = entry({
      kind: "csv",
      name: "second",
      path: csv("second", "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,1\n"),
      metric: "n",
    });
    await sources.configure([first, second]);
    await until(["csv/m 3", "csv/n 2"]);
    await sources.configure([second]);
    expect(sources.states().map(({ name }) => name)).toEqual(["second"]);
    await sources.stop();
  });

  it("store of a file that grows what is new in it, and take late and corrected rows up", async () => {
    const clock = virtualClock();
    const store = memoryStore();
    const written: string[] = [];
    const onStored = (batches: readonly { times: ArrayLike<number>; values: ArrayLike<number> }[]) => {
      for (const { times, values } of batches)
        written.push(...Array.from(times, (time, i) => `${new Date(time).toISOString().slice(5, 16)} ${values[i]}`));
    };
    const intake = createIntake({ store, events: createEventBus(), onStored });
    const row = (time: string, value: string) => `2026-${time}:00Z,${value}\n`;
    const days = Array.from({ length: 3 }, (_, day) =>
      Array.from({ length: 24 }, (_, hour) => row(`01-0${day + 1}T${String(hour).padStart(2, "0")}:00`, String(hour))),
    ).flat();
    let rows = days;
    let age = 0;
    const path = csv("grows", "");
    const write = () => {
      writeFileSync(path, `time,value\n${rows.join("")}`);
      utimesSync(path, new Date(), new Date(Date.UTC(2026, 0, 9) + ++age * 1000));
    };
    const source = entry({ kind: "csv", name: "grows", path, metric: "grows" });
    const open = () => createSources([source], { intake, store, progress: memoryProgress(), clock, log: silentLog });
    let sources = open();
    /** What is stored when the file has changed and is read. */
    const read = async (change: (rows: string[]) => string[]) => {
      rows = change(rows);
      write();
      written.length = 0;
      await sources.ingest(new AbortController().signal);
      return [...written];
    };
    expect(await read((all) => all)).toHaveLength(72);
    expect(await read((all) => [...all, row("01-04T00:00", "7"), row("01-04T01:00", "8")])).toEqual([
      "01-04T00:00 7",
      "01-04T01:00 8",
    ]);
    expect(await read((all) => [...all, row("01-02T12:30", "99")])).toEqual(["01-02T12:30 99"]);
    expect(await read(([first, ...rest]) => [first.replace(",0", ",5"), ...rest])).toEqual(["01-01T00:00 5"]);
    expect(await read((all) => all.slice(24))).toEqual([]);
    expect(sources.states()[0].samples).toBe(76);
    await sources.stop();
    // A start knows nothing of what was read before; the store does.
    sources = open();
    expect(await read((all) => [...all, row("01-04T02:00", "9")])).toEqual(["01-04T02:00 9"]);
    await sources.stop();
  });

  it("say of a file without a value that it has none", async () => {
    const clock = virtualClock();
    const store = memoryStore();
    const intake = createIntake({ store, events: createEventBus() });
    const path = csv("empty", "time,value\n2026-01-01T00:00:00Z,\n2026-01-01T00:05:00Z,\n");
    const source = entry({ kind: "csv", name: "empty", path });
    const sources = createSources([source], { intake, store, progress: memoryProgress(), clock, log: silentLog });
    const { signal } = new AbortController();
    await expect(sources.ingest(signal)).rejects.toThrow("empty: it holds no values: every one is empty");
    writeFileSync(path, "time,value\n2026-01-01T00:00:00Z,\n2026-01-01T00:05:00Z,7\n");
    utimesSync(path, new Date(), new Date(Date.UTC(2026, 0, 9)));
    await sources.ingest(signal);
    expect(sources.states()[0]).toMatchObject({ status: "ok", detail: null, samples: 1 });
    await sources.stop();
  });

  it("say which one failed when they are read once, after the others were read", async () => {
    const clock = virtualClock();
    const store = memoryStore();
    const intake = createIntake({ store, events: createEventBus() });
    const good = entry({
      kind: "csv",
      name: "good",
      path: csv("good", "time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,2\n"),
      metric: "m",
    });
    const gone = entry({ kind: "csv", name: "gone", path: join(folder, "gone.csv") });
    const sources = createSources([gone, good], { intake, store, progress: memoryProgress(), clock, log: silentLog });
    await expect(sources.ingest(new AbortController().signal)).rejects.toThrow(/^gone: .*gone\.csv/);
    expect((await store.listSeries()).map(({ id }) => id)).toEqual(["csv/m"]);
    expect(sources.states()).toMatchObject([
      { name: "gone", status: "failed" },
      { name: "good", status: "ok", samples: 2 },
    ]);
    await sources.stop();
  });
});
