import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { cpus, hostname } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { type HostProbe, hostCollector, hostSource } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";

/** A machine whose readings and clock the test moves. */
function machine() {
  const state = { now: Date.UTC(2026, 0, 1), busy: 0, total: 0, available: 1, memory: 1 };
  const probe: HostProbe = {
    cpuTotals: async () => ({ busy: state.busy, total: state.total }),
    memory: async () => ({ available: state.available, total: state.memory }),
  };
  return { state, options: { host: "box", probe, clock: () => state.now } };
}

describeSource("hostSource", {
  keys: [
    { host: "box", metric: "cpu_percent" },
    { host: "box", metric: "memory_percent" },
  ],
  async create({ times, values }) {
    const { state, options } = machine();
    const source = hostSource(options);
    state.now = times[0] - 15_000;
    await source.open();
    for (let i = 0; i < times.length; i++) {
      state.now = times[i];
      state.busy += values[i] * 16;
      state.total += 1600;
      state.available = 100 - values[i];
      state.memory = 100;
      await source.sample();
    }
    return source;
  },
});

describe("hostCollector", () => {
  it("averages CPU over the time since the sample before, not since the machine started", async () => {
    const { state, options } = machine();
    Object.assign(state, { busy: 900, total: 1000, available: 6, memory: 8 });
    const collector = hostCollector(options);
    await collector.open();
    Object.assign(state, { now: state.now + 15_000, busy: 910, total: 1100 });
    expect(await collector.sample()).toEqual([
      { host: "box", metric: "cpu_percent", times: [state.now], values: [10] },
      { host: "box", metric: "memory_percent", times: [state.now], values: [25] },
    ]);
    Object.assign(state, { now: state.now + 15_000, busy: 985, total: 1200 });
    const [cpu] = await collector.sample();
    expect(cpu.values).toEqual([75]);
  });

  it("gives a gap where no CPU time has passed", async () => {
    const { state, options } = machine();
    const collector = hostCollector(options);
    await collector.open();
    state.now += 15_000;
    const [cpu, memory] = await collector.sample();
    expect(cpu.values).toEqual([Number.NaN]);
    expect(memory.values).toEqual([0]);
  });

  it("wraps what the probe throws, and goes on when it recovers", async () => {
    const { state, options } = machine();
    let broken = true;
    const collector = hostCollector({
      ...options,
      probe: {
        ...options.probe,
        cpuTotals: () => (broken ? Promise.reject(new Error("no /proc\nhere")) : options.probe.cpuTotals()),
      },
    });
    const error = await rejection(collector.open());
    expect(error.message).toBe("host: this machine's CPU cannot be read: no /proc here");
    broken = false;
    await collector.open();
    Object.assign(state, { now: state.now + 15_000, busy: 1, total: 2 });
    expect((await collector.sample())[0].values).toEqual([50]);
  });

  it("refuses an empty host and calls after close()", async () => {
    expect(() => hostCollector({ host: "" })).toThrow(/host must be a non-empty text/);
    const collector = hostCollector(machine().options);
    await collector.close();
    expect((await rejection(collector.sample())).code).toBe("CLOSED");
  });

  it("reads this machine", async () => {
    const source = hostSource();
    await source.open();
    const before = Date.now();
    const batches = await source.sample();
    await source.sample();
    const after = Date.now();
    expect(batches.map(({ host, metric }) => `${host}/${metric}`)).toEqual([
      `${hostname()}/cpu_percent`,
      `${hostname()}/memory_percent`,
    ]);
    for (const { times, values } of batches) {
      expect(times[0]).toBeGreaterThanOrEqual(before);
      expect(times[0]).toBeLessThanOrEqual(after);
      expect(values[0]).toBeGreaterThanOrEqual(0);
      expect(values[0]).toBeLessThanOrEqual(100);
    }
    expect((await source.listSeries()).map(({ count }) => count)).toEqual([2, 2]);
    await source.close();
  });

  it("sees the work of a busy core", async () => {
    const busy = new Worker("for (;;) {}", { eval: true });
    await once(busy, "online");
    const collector = hostCollector();
    await collector.open();
    const [cpu] = await collector.sample();
    await busy.terminate();
    // Whoever else works here can only add to it; the half is for the start and for other machines on the same processor.
    expect(cpu.values[0]).toBeGreaterThan((0.5 * 100) / cpus().length);
    await collector.close();
  });

  it.skipIf(!existsSync("/proc/meminfo"))("agrees with the kernel on memory (needs /proc/meminfo)", async () => {
    const collector = hostCollector();
    const [, memory] = await collector.sample();
    const field = (name: string) =>
      Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(readFileSync("/proc/meminfo", "utf8"))?.[1]);
    const used = 100 * (1 - field("MemAvailable") / field("MemTotal"));
    // Other programs go on taking and giving back memory between the two readings.
    expect(Math.abs(memory.values[0] - used)).toBeLessThan(10);
    await collector.close();
  });

  it("gives two collectors of one process their own intervals", async () => {
    const [quick, slow] = [hostCollector(), hostCollector()];
    await Promise.all([quick.open(), slow.open()]);
    await quick.sample();
    const [[first], [second]] = await Promise.all([quick.sample(), slow.sample()]);
    // Had quick's readings used up slow's interval, slow would have seen no CPU time pass, which is a gap.
    expect(first.values[0]).toBeGreaterThanOrEqual(0);
    expect(second.values[0]).toBeGreaterThanOrEqual(0);
    await Promise.all([quick.close(), slow.close()]);
  });
});
