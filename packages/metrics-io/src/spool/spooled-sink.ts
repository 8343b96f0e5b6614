import { AdapterError } from "../errors.js";
import { checkForecast } from "../stored-forecast.js";
import type { EpochMillis, MetricSink, StoredForecast } from "../types.js";
import { deliverer, type SpoolEnvironment } from "./delivery.js";
import { diskJournal, type Journal, memoryJournal, type Waiting } from "./journal.js";
import { decodeForecast, encodeForecast, NAME } from "./record.js";
import { rejectedFile } from "./rejected-file.js";

export interface SpoolOptions {
  /** Folder for what waits, for one process at a time. Left out, it waits in memory and is lost with the process. */
  readonly dir?: string;
  /** How many forecasts may wait. Default 100,000. */
  readonly maxEntries?: number;
  /** How many bytes may wait; a forecast of 48 steps takes 5 KB. Default 256 MB in a folder, 64 MB in memory. */
  readonly maxBytes?: number;
  /** How many forecasts the sink gets at once, where it takes several. Default 100. */
  readonly batchEntries?: number;
  /** First wait after a failure; doubled with each further one, with jitter. Default 500. */
  readonly firstWaitMillis?: number;
  /** Longest wait, also where a server asks for a longer one. Default 60,000. */
  readonly maxWaitMillis?: number;
  /** How long close() goes on delivering what waits. Default 5,000. */
  readonly closeMillis?: number;
  /** Told of every forecast that the sink refuses for good; null where it cannot be read any more. */
  readonly onRejected?: (forecast: StoredForecast | null, reason: AdapterError) => void;
}

export interface SpoolStats {
  /** Accepted, not delivered yet. */
  readonly waiting: number;
  /** Delivered since the start. */
  readonly delivered: number;
  /** Failed attempts since the start. */
  readonly retried: number;
  /** Put aside since the start, because the sink refuses them for good or they were damaged. */
  readonly rejected: number;
  /** When the oldest of those waiting was accepted, in milliseconds since 1970; null when none waits. */
  readonly oldestMillis: EpochMillis | null;
  /** Why the last attempt failed, while none has worked since. */
  readonly lastError: string | null;
}

export interface SpooledSink extends MetricSink {
  /** Takes the folder, and begins to deliver what an earlier process left. Does not need the sink's server. */
  open(): Promise<void>;
  writeForecasts(forecasts: readonly StoredForecast[]): Promise<void>;
  stats(): SpoolStats;
  /** Resolves when everything accepted so far was delivered or rejected. */
  drained(): Promise<void>;
}

/**
 * A sink that always answers quickly: what it accepts is kept, on the disk with `dir`, and delivered to `sink` in order as soon as that
 * takes it. A write resolves when its forecast is safe: with `dir` it survives `kill -9` and a power cut. A server that is down for an
 * hour loses nothing.
 *
 * - Every forecast accepted is delivered at least once; after a crash some are delivered twice, which sinks take without harm.
 * - In order: none of a series overtakes an earlier one.
 * - When `maxEntries` or `maxBytes` wait, writes are refused with an AdapterError (OVERFLOW). Nothing accepted is ever dropped.
 * - What the sink refuses for good (bad data: INVALID_ARGUMENT, HTTP 400, 413, 422) goes to `rejected.ndjson` in the folder, with the
 *   reason, and holds nothing up. Everything else is tried again: a wrong token or a missing bucket can be put right.
 * - close() delivers for `closeMillis` what still waits. With `dir` the rest is delivered after the next start; without, it is an
 *   AdapterError (UNAVAILABLE) that says how many are lost.
 */
export function spooledSink(
  sink: MetricSink,
  options: SpoolOptions = {},
  environment: SpoolEnvironment = realTime,
): SpooledSink {
  const { dir, maxEntries = 100_000, batchEntries = 100, firstWaitMillis = 500 } = options;
  const { maxBytes = (dir === undefined ? 64 : 256) * 2 ** 20, maxWaitMillis = 60_000, closeMillis = 5000 } = options;
  for (const [name, value] of Object.entries({ maxEntries, maxBytes, batchEntries, firstWaitMillis, maxWaitMillis })) {
    if (!(value >= 1)) {
      throw new AdapterError(NAME, `${name} must be a number from 1, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }
  const stop = new AbortController();
  const putAside = dir === undefined ? async () => undefined : rejectedFile(dir);
  const waiting: Waiting[] = [];
  let head = 0;
  let bytes = 0;
  /** Accepted but not safe yet, which counts as waiting for the limits. */
  let arriving = { entries: 0, bytes: 0 };
  let next = 1;
  const counts = { delivered: 0, retried: 0, rejected: 0 };
  let lastError: string | null = null;
  let opening: Promise<Journal> | null = null;
  let running: Promise<void> | null = null;
  let closing: Promise<void> | null = null;
  let watchers: { until: number; done: () => void }[] = [];

  /** Is done with the first of those waiting. */
  const settle = async (journal: Journal, batch: readonly Waiting[], outcome: "delivered" | "rejected") => {
    await journal.settle(batch[batch.length - 1].number);
    counts[outcome] += batch.length;
    for (const one of batch) bytes -= one.bytes;
    head += batch.length;
    if (head > 1000 && head * 2 > waiting.length) {
      waiting.splice(0, head);
      head = 0;
    }
    const done = batch[batch.length - 1].number;
    const reached = watchers.filter(({ until }) => until <= done);
    watchers = watchers.filter(({ until }) => until > done);
    for (const watcher of reached) watcher.done();
  };

  const reject = async (forecast: StoredForecast | null, text: string | null, reason: AdapterError) => {
    const { code, message } = reason;
    await putAside({
      at: new Date(environment.now()).toISOString(),
      code,
      reason: message,
      ...(forecast === null ? { text } : { forecast: JSON.parse(encodeForecast(forecast)) }),
    });
    try {
      options.onRejected?.(forecast, reason);
    } catch {
      // The caller's own trouble: it must not stop the deliveries.
    }
  };

  const start = async (): Promise<Journal> => {
    const journal = dir === undefined ? memoryJournal() : await diskJournal(dir);
    for (const line of journal.damaged) {
      await reject(null, line, new AdapterError(NAME, "damaged on the disk", { code: "INVALID_DATA" }));
      counts.rejected++;
    }
    for (const one of journal.recovered) {
      waiting.push(one);
      bytes += one.bytes;
    }
    next = journal.nextNumber;
    deliverWaiting(journal);
    return journal;
  };

  const opened = (): Promise<Journal> => {
    if (closing !== null) throw new AdapterError(NAME, "the spool is closed; make a new one", { code: "CLOSED" });
    opening ??= start().catch((error) => {
      opening = null; // a folder in use may be free at the next try
      throw error;
    });
    return opening;
  };

  const deliverWaiting = (journal: Journal) => {
    if (running !== null || head === waiting.length) return;
    const deliver = deliverer(
      sink,
      {
        load: async (batch) => (await journal.load(batch)).map(decodeForecast),
        async delivered(batch) {
          lastError = null;
          await settle(journal, batch, "delivered");
        },
        async rejected(one, forecast, reason) {
          await reject(forecast, forecast === null ? `forecast ${one.number}` : null, reason);
          await settle(journal, [one], "rejected");
        },
        failed(reason) {
          counts.retried++;
          lastError = reason instanceof Error ? reason.message : String(reason);
        },
      },
      { firstWaitMillis, maxWaitMillis },
      environment,
      stop.signal,
    );
    running = (async () => {
      while (head < waiting.length && !stop.signal.aborted) {
        await deliver(waiting.slice(head, head + (sink.writeForecasts ? batchEntries : 1)));
      }
      running = null;
    })();
  };

  const accept = async (forecasts: readonly StoredForecast[]) => {
    const ready = opened();
    ready.catch(() => undefined); // awaited below, unless the forecast is refused before
    const texts = forecasts.map((forecast) => encodeForecast(checkForecast(NAME, forecast)));
    const journal = await ready;
    const size = texts.reduce((sum, text) => sum + text.length, 0);
    const entries = waiting.length - head + arriving.entries + texts.length;
    if (entries > maxEntries || bytes + arriving.bytes + size > maxBytes) {
      throw new AdapterError(
        NAME,
        `full: ${waiting.length - head} forecasts wait for ${sink.name}${lastError === null ? "" : ` (${lastError})`}; ` +
          "make it take them, or raise maxEntries and maxBytes",
        { code: "OVERFLOW" },
      );
    }
    const records = texts.map((text) => ({ number: next++, acceptedAt: environment.now(), text }));
    arriving = { entries: arriving.entries + texts.length, bytes: arriving.bytes + size };
    try {
      for (const one of await journal.append(records)) {
        waiting.push(one);
        bytes += one.bytes;
      }
    } finally {
      arriving = { entries: arriving.entries - texts.length, bytes: arriving.bytes - size };
    }
    deliverWaiting(journal);
  };

  const drained = (): Promise<void> => {
    if (head === waiting.length) return Promise.resolve();
    const until = waiting[waiting.length - 1].number;
    return new Promise((done) => {
      watchers.push({ until, done });
    });
  };

  const shut = async () => {
    const journal = await opening?.catch(() => null);
    if (journal) {
      const limit = new AbortController();
      const enough = environment.sleep(closeMillis, limit.signal).catch(() => undefined);
      await Promise.race([drained(), enough]);
      stop.abort();
      // An attempt under way ends by the time limit of its sink; it may still succeed, so it is waited for within ours.
      await Promise.race([running, enough]);
      limit.abort();
      await journal.close();
    }
    await sink.close();
    const left = waiting.length - head;
    if (dir === undefined && left > 0) {
      throw new AdapterError(
        NAME,
        `${left} forecasts could not be delivered to ${sink.name} before the end${lastError === null ? "" : ` (${lastError})`}; set dir to keep them`,
        { code: "UNAVAILABLE" },
      );
    }
  };

  return {
    name: sink.name,
    async open() {
      await opened();
    },
    writeForecast: async (forecast) => accept([forecast]),
    writeForecasts: async (forecasts) => accept(forecasts),
    stats: () => ({
      waiting: waiting.length - head,
      ...counts,
      oldestMillis: head < waiting.length ? waiting[head].acceptedAt : null,
      lastError,
    }),
    drained,
    close() {
      if (closing !== null) return closing.catch(() => undefined);
      closing = shut();
      return closing;
    },
  };
}

const realTime: SpoolEnvironment = {
  sleep: (millis, signal) =>
    new Promise((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, millis);
      signal.addEventListener("abort", finish, { once: true });
      if (signal.aborted) finish();
    }),
  random: Math.random,
  now: Date.now,
};
