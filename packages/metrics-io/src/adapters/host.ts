import { hostname } from "node:os";
import { AdapterError, asAdapterError } from "../errors.js";
import { checkKey } from "../series.js";
import type { EpochMillis, MetricSource, SampleBatch } from "../types.js";
import { memoryStore } from "./memory.js";

const NAME = "host";

/** A CPU average over less than this says little and, right after the start, mostly measures the start. */
const MIN_INTERVAL_MILLIS = 1000;

export interface HostCollectorOptions {
  /** What this machine is called. Default: its host name. */
  readonly host?: string;
  /** Where the numbers come from. Default: systeminformation. */
  readonly probe?: HostProbe;
  /** Time now, in milliseconds since 1970. */
  readonly clock?: () => EpochMillis;
}

/** Readings of a machine: running totals of CPU time, in any one unit, and memory in bytes. */
export interface HostProbe {
  cpuTotals(): Promise<{ readonly busy: number; readonly total: number }>;
  memory(): Promise<{ readonly available: number; readonly total: number }>;
}

export interface HostCollector {
  readonly name: string;
  readonly host: string;
  /** Takes the first CPU reading now, so that the first sample covers the time since. */
  open(): Promise<void>;
  /**
   * One sample of `cpu_percent`, the average since the call before, and one of `memory_percent`, 100·(1 − available/total), both
   * stamped now. Waits where less than a second has passed since the call before.
   */
  sample(): Promise<SampleBatch[]>;
  close(): Promise<void>;
}

/** Reads CPU and memory of this machine, one sample a call. */
export function hostCollector(options: HostCollectorOptions = {}): HostCollector {
  const { host = hostname(), probe = systemProbe, clock = Date.now } = options;
  checkKey(NAME, { host, metric: "cpu_percent" });
  let before: { busy: number; total: number; at: number } | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the collector is closed; make a new one", { code: "CLOSED" });
  };
  const readTotals = async () => ({ ...(await probe.cpuTotals()), at: clock() });

  const sampleNow = async (): Promise<SampleBatch[]> => {
    before ??= await readTotals();
    const early = MIN_INTERVAL_MILLIS - (clock() - before.at);
    // A clock that was set back must not make this wait for hours.
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(early, MIN_INTERVAL_MILLIS)));
    const [now, memory] = await Promise.all([readTotals(), probe.memory()]);
    const busy = now.busy - before.busy;
    const total = now.total - before.total;
    before = now;
    const times = [now.at];
    return [
      { host, metric: "cpu_percent", times, values: [percent(busy, total)] },
      { host, metric: "memory_percent", times, values: [percent(memory.total - memory.available, memory.total)] },
    ];
  };

  return {
    name: NAME,
    host,

    async open() {
      checkOpen();
      try {
        before ??= await readTotals();
      } catch (error) {
        throw asAdapterError(NAME, "this machine's CPU cannot be read", error);
      }
    },

    sample() {
      // One after the other: two calls at once would divide one interval between them.
      const run = queue.then(async () => {
        checkOpen();
        try {
          return await sampleNow();
        } catch (error) {
          throw asAdapterError(NAME, "this machine's CPU and memory cannot be read", error);
        }
      });
      queue = run.catch(() => undefined);
      return run;
    },

    async close() {
      closed = true;
    },
  };
}

export interface HostSource extends MetricSource, Omit<HostCollector, "open"> {
  open(): Promise<void>;
}

/**
 * This machine as a source. A machine remembers nothing, so it reads what sample() has collected since this source was made, for as
 * long as the process lives; a store keeps it longer.
 */
export function hostSource(options: HostCollectorOptions = {}): HostSource {
  const collector = hostCollector(options);
  const collected = memoryStore();
  const renamed = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof AdapterError)) throw error;
      const message = error.message.replace(/^\w+: /, "");
      throw new AdapterError(NAME, message, { code: error.code, cause: error.cause });
    }
  };
  return {
    name: NAME,
    host: collector.host,
    open: () => collector.open(),
    async sample() {
      const batches = await collector.sample();
      await renamed(collected.writeSamples(batches));
      return batches;
    },
    listSeries: () => renamed(collected.listSeries()),
    read: (key, range) => renamed(collected.read(key, range)),
    async close() {
      await Promise.all([collector.close(), collected.close()]);
    },
  };
}

/** NaN (a gap) where nothing has passed; rounding at the edges is cut off. */
function percent(part: number, whole: number): number {
  return whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)) : Number.NaN;
}

/**
 * systeminformation reports CPU time since its own last call, whoever made it. Adding its reports up gives running totals, which
 * every collector of this process can difference for itself.
 */
const totals = { busy: 0, total: 0, at: Number.NEGATIVE_INFINITY };
let reading: Promise<void> | null = null;

const systemProbe: HostProbe = {
  async cpuTotals() {
    // Within 200 ms it repeats its last report, which must not be added twice.
    if (performance.now() - totals.at > 250) {
      reading ??= (async () => {
        const { currentLoad } = (await import("systeminformation")).default;
        const load = await currentLoad();
        totals.busy += load.rawCurrentLoad;
        totals.total += load.rawCurrentLoad + load.rawCurrentLoadIdle;
        totals.at = performance.now();
      })().finally(() => {
        reading = null;
      });
      await reading;
    }
    return { busy: totals.busy, total: totals.total };
  },

  async memory() {
    const { mem } = (await import("systeminformation")).default;
    const { available, total } = await mem();
    return { available, total };
  },
};
