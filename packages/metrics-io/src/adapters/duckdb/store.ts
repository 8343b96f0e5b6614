import type { DuckDBConnection } from "@duckdb/node-api";
import { AdapterError, asAdapterError } from "../../errors.js";
import { tidySamples } from "../../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../../series.js";
import { checkForecast } from "../../stored-forecast.js";
import type { MetricStore, SeriesInfo } from "../../types.js";
import { NAME, type OpenDatabase, openDatabase } from "./open.js";
import { Pending } from "./pending.js";
import { readLatestForecast, readSamples } from "./read.js";
import { migrate } from "./schema.js";
import { type Catalogue, type KnownSeries, readCatalogue, writePending } from "./write.js";

export interface DuckdbStoreOptions {
  /** A database file (`….duckdb` or `….db`), or a folder in which `loadcast.duckdb` is used. Made when it is not there. `:memory:` keeps nothing. */
  readonly path: string;
  /** How long a write may wait for others to share its transaction. Default 1000; 0 writes at once. */
  readonly flushMillis?: number;
  /** A transaction begins as soon as this many samples wait. Default 20,000. */
  readonly flushSamples?: number;
  /** More than this may not wait while the disk refuses writes; then writeSamples throws OVERFLOW. Default 2,000,000 (32 MB). */
  readonly maxWaitingSamples?: number;
  /** What DuckDB may use before it spills to disk. Default "256MB". */
  readonly memoryLimit?: string;
  /** Default 2. */
  readonly threads?: number;
}

export interface DuckdbStore extends MetricStore {
  open(): Promise<void>;
  /** Writes that a kill would lose now, and why the last attempt to write them failed. */
  waiting(): { readonly samples: number; readonly forecasts: number; readonly error: AdapterError | null };
}

interface Session {
  readonly database: OpenDatabase;
  readonly writer: DuckDBConnection;
  readonly catalogue: Catalogue;
}

/**
 * The embedded store: one DuckDB file, one process at a time. Writes are collected and committed together, at the latest after
 * `flushMillis`; a killed process loses at most what was not committed, and nothing that flush() was awaited for. When a commit fails
 * (a full disk), its writes are kept and tried again.
 */
export function duckdbStore(options: DuckdbStoreOptions): DuckdbStore {
  const { flushMillis = 1000, flushSamples = 20_000, maxWaitingSamples = 2_000_000 } = options;
  const { path, memoryLimit = "256MB", threads = 2 } = options;
  if (typeof path !== "string" || path === "") {
    throw new AdapterError(NAME, `path must name a folder or a file, got ${JSON.stringify(path) ?? String(path)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  for (const [name, value] of Object.entries({ flushMillis, flushSamples, maxWaitingSamples, threads })) {
    if (!(Number.isFinite(value) && value >= 0)) {
      throw new AdapterError(NAME, `${name} must be a number ≥ 0, got ${String(value)}`, { code: "INVALID_ARGUMENT" });
    }
  }

  let session: Promise<Session> | null = null;
  let pending = new Pending();
  let writing = new Pending();
  let timer: NodeJS.Timeout | null = null;
  let lastError: AdapterError | null = null;
  let closing: Promise<void> | null = null;
  const reads = new Set<Promise<unknown>>();
  /** Transactions run one after the other; this is the end of the queue, and never rejects. */
  let queue: Promise<unknown> = Promise.resolve();

  const checkOpen = () => {
    if (closing !== null) throw new AdapterError(NAME, "the store is closed; make a new one", { code: "CLOSED" });
  };

  const start = (): Promise<Session> => {
    if (session === null) {
      session = (async () => {
        const database = await openDatabase({ path, memoryLimit, threads });
        try {
          const writer = await database.instance.connect();
          await migrate(writer, database.file);
          return { database, writer, catalogue: await readCatalogue(writer) };
        } catch (error) {
          database.instance.closeSync();
          database.release();
          throw asAdapterError(NAME, `${database.file} cannot be used`, error);
        }
      })();
      // A failed start is forgotten, so that the next call tries again: the other process may have ended.
      session.catch(() => {
        session = null;
      });
    }
    return session;
  };

  const commit = async (): Promise<void> => {
    if (pending.empty) return;
    const { writer, catalogue } = await start();
    writing = pending;
    pending = new Pending();
    try {
      const changed = await writePending(writer, writing, catalogue);
      for (const [id, known] of changed) catalogue.set(id, known);
      lastError = null;
    } catch (error) {
      lastError = asAdapterError(
        NAME,
        `writing to ${path} failed; ${writing.samples} samples are kept and tried again`,
        error,
      );
      writing.addLater(pending);
      pending = writing;
      schedule();
      throw lastError;
    } finally {
      writing = new Pending();
    }
  };

  const flushNow = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const run = queue.then(commit);
    queue = run.catch(() => undefined);
    return run;
  };

  const schedule = () => {
    // The timer keeps the process alive on purpose: a program that ends without close() still writes what waits.
    timer ??= setTimeout(() => {
      timer = null;
      flushNow().catch(() => undefined); // kept, tried again, and shown by waiting()
    }, flushMillis);
  };

  const wrote = async (): Promise<void> => {
    if (flushMillis === 0 || pending.samples >= flushSamples) await flushNow();
    else schedule();
  };

  const known = async (id: string): Promise<{ session: Session; series: KnownSeries | undefined }> => {
    if (pending.series.has(id) || writing.series.has(id)) await flushNow();
    const current = await start();
    return { session: current, series: current.catalogue.get(id) };
  };

  /** A read that close() waits for, with its failure explained. */
  const reading = async <T>(doing: string, read: Promise<T>): Promise<T> => {
    reads.add(read);
    try {
      return await read;
    } catch (error) {
      throw asAdapterError(NAME, `${doing} failed`, error);
    } finally {
      reads.delete(read);
    }
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
      await start();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      checkOpen();
      await flushNow();
      const { catalogue } = await start();
      return [...catalogue.entries()]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, { key, synthetic, count, first, last }]) =>
          count === 0 ? { ...key, id, synthetic, count } : { ...key, id, synthetic, count, first, last },
        );
    },

    async read(key, range) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const { session: current, series } = await known(seriesId(key));
      if (series === undefined) throw unknownSeries(NAME, key);
      return reading(`reading ${seriesId(key)}`, readSamples(current.database.instance, series.seriesId, range));
    },

    async writeSamples(batches) {
      checkOpen();
      const tidy = batches.map((batch) => {
        checkKey(NAME, batch);
        return tidySamples(NAME, batch.times, batch.values);
      });
      const added = tidy.reduce((sum, samples) => sum + samples.times.length, 0);
      if (lastError !== null && pending.samples + added > maxWaitingSamples) {
        throw new AdapterError(
          NAME,
          `${pending.samples} samples wait already and cannot be written: ${lastError.message}`,
          {
            code: "OVERFLOW",
            cause: lastError,
          },
        );
      }
      batches.forEach((batch, i) => {
        pending.addSamples(batch, batch.synthetic, tidy[i]);
      });
      await wrote();
    },

    async writeForecast(forecast) {
      checkOpen();
      pending.addForecast(checkForecast(NAME, forecast));
      await wrote();
    },

    async latestForecast(key, { before = Infinity } = {}) {
      checkOpen();
      checkKey(NAME, key);
      const { session: current, series } = await known(seriesId(key));
      if (series === undefined) return null;
      return reading(
        `reading the forecast of ${seriesId(key)}`,
        readLatestForecast(current.database.instance, series.seriesId, series.key, before),
      );
    },

    async flush() {
      checkOpen();
      await flushNow();
    },

    waiting() {
      return {
        samples: pending.samples + writing.samples,
        forecasts: pending.forecasts.size + writing.forecasts.size,
        error: lastError,
      };
    },

    close() {
      closing ??= (async () => {
        try {
          await flushNow();
        } finally {
          if (timer !== null) clearTimeout(timer);
          await Promise.allSettled(reads);
          const current = await session?.catch(() => null);
          if (current) {
            current.writer.closeSync();
            current.database.instance.closeSync();
            current.database.release();
          }
        }
      })();
      return closing;
    },
  };
}
