import type { DuckDBConnection } from "@duckdb/node-api";
import { checkAnomaly } from "../../anomaly.js";
import { AdapterError, asAdapterError } from "../../errors.js";
import type { JournaledRegistry } from "../../registry.js";
import { checkLimits } from "../../retention.js";
import { tidySamples } from "../../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../../series.js";
import { checkForecast } from "../../stored-forecast.js";
import { thinEvenly } from "../../thin.js";
import type { MetricStore, SeriesInfo, SeriesKey } from "../../types.js";
import type { KnownSeries } from "./catalogue.js";
import { type ParquetExport, writeParquet } from "./export.js";
import { checkOpenOptions, NAME } from "./open.js";
import { Pending } from "./pending.js";
import { forgetEmpty, pruneDatabase } from "./prune.js";
import { readAnomalies, readForecasts, readLatestForecast, readSamples, readSamplesOf } from "./read.js";
import { registryIn } from "./registry.js";
import { checkStillThere, keepSession, type Session } from "./session.js";
import { writePending } from "./write.js";

export interface DuckdbStoreOptions {
  /** A database file (`….duckdb` or `….db`), or a folder in which `loadcast.duckdb` is used. Made when it is not there. `:memory:` keeps nothing. */
  readonly path: string;
  /** How long a write may wait for others to share its transaction. Default 1000; 0 writes at once. */
  readonly flushMillis?: number;
  /** A transaction begins as soon as this many samples wait. Default 20,000. */
  readonly flushSamples?: number;
  /** More than this may not wait while the disk refuses writes; then writeSamples throws OVERFLOW. Default 2,000,000 (32 MB). */
  readonly maxWaitingSamples?: number;
  /**
   * What DuckDB may use before it spills to disk; as much of it as there are data keeps blocks that were read. Default "48MB": with 256 a
   * service of 2,000 series grew by what it had read, and putting 20 million samples in order took about as long with 48 as with 80.
   */
  readonly memoryLimit?: string;
  /** Default 2. */
  readonly threads?: number;
}

export interface DuckdbStore extends MetricStore {
  open(): Promise<void>;
  /** The model registry in the same file. It is there as long as the store is open; closing it closes nothing else. */
  registry(): JournaledRegistry;
  /** Writes samples or forecasts of these series to a Parquet file; returns the number of rows. Unknown series have none. */
  exportParquet(file: string, keys: readonly SeriesKey[], options: ParquetExport): Promise<number>;
  /** Writes that a kill would lose now, and why the last attempt to write them failed. */
  waiting(): { readonly samples: number; readonly forecasts: number; readonly error: AdapterError | null };
}

const RETRY_MILLIS = 1000;

/**
 * Samples of one transaction at most. It keeps marks of all that it replaces in memory until its end: of two million at once, which may wait
 * after an outage of the disk, they would not fit under the limit.
 */
const TRANSACTION_SAMPLES = 100_000;

/**
 * The embedded store: one DuckDB file, one process at a time. Writes are collected and committed together, at the latest after
 * `flushMillis`; a killed process loses at most what was not committed, and nothing that flush() was awaited for. When a commit fails
 * (a full disk), its writes are kept and tried again.
 */
export function duckdbStore(options: DuckdbStoreOptions): DuckdbStore {
  const { flushMillis = 1000, flushSamples = 20_000, maxWaitingSamples = 2_000_000 } = options;
  const { path, memoryLimit = "48MB", threads = 2 } = options;
  checkOpenOptions({ path, memoryLimit, threads });
  const least = { flushMillis: 0, flushSamples: 1, maxWaitingSamples: 1 };
  for (const [name, value] of Object.entries({ flushMillis, flushSamples, maxWaitingSamples })) {
    const minimum = least[name as keyof typeof least];
    if (!(Number.isSafeInteger(value) && value >= minimum)) {
      throw new AdapterError(NAME, `${name} must be a whole number ≥ ${minimum}, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }

  const sessions = keepSession({ path, memoryLimit, threads });
  let pending = new Pending();
  /** What is being written, a transaction each. */
  let writing: Pending[] = [];
  let timer: NodeJS.Timeout | null = null;
  let lastError: AdapterError | null = null;
  let closing: Promise<void> | null = null;
  /** Transactions run one after the other; this is the end of the queue, and never rejects. */
  let queue: Promise<unknown> = Promise.resolve();

  const checkOpen = () => {
    if (closing !== null) throw new AdapterError(NAME, "the store is closed; make a new one", { code: "CLOSED" });
  };

  const commit = async (): Promise<void> => {
    if (pending.empty) return;
    try {
      const session = await sessions.get();
      checkStillThere(session);
      const { writer, catalogue } = session;
      writing = pending.split(TRANSACTION_SAMPLES);
      pending = new Pending();
      const parts = writing.length;
      for (; writing.length > 0; writing.shift()) {
        const changed = await writePending(writer, writing[0], catalogue);
        for (const [id, known] of changed) catalogue.set(id, known);
        if (parts > 1) await checkpoint(writer);
      }
      lastError = null;
    } catch (error) {
      const kept = new Pending();
      for (const part of [...writing, pending]) kept.addLater(part);
      pending = kept;
      pending.tidy();
      lastError = writeFailure(path, pending.samples, error);
      await sessions.failed(error);
      // Trying again must not keep a program alive that has nothing else to do.
      schedule(Math.max(flushMillis, RETRY_MILLIS)).unref();
      throw lastError;
    } finally {
      writing = [];
    }
  };

  /** What was replaced is let go of: the marks of two million samples took 40 MB, and reads failed for want of memory. */
  const checkpoint = async (writer: DuckDBConnection): Promise<void> => {
    try {
      await writer.run("CHECKPOINT");
    } catch (error) {
      await sessions.failed(error); // what was committed stays so
    }
  };

  const flushNow = (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const run = queue.then(commit);
    queue = run.catch(() => undefined);
    return run;
  };

  const schedule = (millis: number): NodeJS.Timeout => {
    // The timer keeps the process alive on purpose: a program that ends without close() still writes what waits.
    timer ??= setTimeout(() => {
      timer = null;
      flushNow().catch(() => undefined); // kept, tried again, and shown by waiting()
    }, millis);
    return timer;
  };

  const wrote = async (): Promise<void> => {
    if (flushMillis === 0 || pending.samples >= flushSamples) await flushNow();
    else schedule(flushMillis);
  };

  /**
   * Writes what waits, so that a read sees it. While the disk refuses writes, reads go on with what is on it; the failure itself is
   * shown by flush() and waiting().
   */
  const settle = async (): Promise<Session> => {
    await flushNow().catch(() => undefined);
    return sessions.get();
  };

  /** Runs a piece of tidying as the only writer. */
  const turn = async <T>(piece: (session: Session) => Promise<T>, signal?: AbortSignal): Promise<T> => {
    checkOpen();
    if (signal?.aborted) throw new AdapterError(NAME, "pruning was stopped", { code: "ABORTED" });
    const run = queue.then(async () => piece(await sessions.get()));
    queue = run.catch(() => undefined);
    try {
      return await run;
    } catch (error) {
      await sessions.failed(error);
      throw asAdapterError(NAME, `pruning ${path} failed; the next attempt goes on where this one ended`, error);
    }
  };

  const find = async (key: SeriesKey): Promise<KnownSeries | undefined> => {
    const id = seriesId(key);
    const current = [pending, ...writing].some(({ series }) => series.has(id)) ? await settle() : await sessions.get();
    const series = current.catalogue.get(id);
    if (series === undefined && pending.series.has(id) && lastError !== null) throw lastError;
    return series;
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
      await sessions.get();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      checkOpen();
      const { catalogue } = await settle();
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
      const series = await find(key);
      if (series === undefined) throw unknownSeries(NAME, key);
      return sessions.read(`reading ${seriesId(key)}`, ({ instance }) => readSamples(instance, series.seriesId, range));
    },

    async readMany(keys, range) {
      checkOpen();
      for (const key of keys) checkKey(NAME, key);
      checkRange(NAME, range);
      const ids: number[] = [];
      for (const key of keys) {
        const series = await find(key);
        if (series === undefined) throw unknownSeries(NAME, key);
        ids.push(series.seriesId);
      }
      if (ids.length === 0) return [];
      const found = await sessions.read(`reading ${ids.length} series`, ({ instance }) =>
        readSamplesOf(instance, ids, range),
      );
      return ids.map((id) => found.get(id) ?? { times: new Float64Array(0), values: new Float64Array(0) });
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
      checkRange(NAME, { from: -Infinity, to: before });
      const series = await find(key);
      if (series === undefined) return null;
      return sessions.read(`reading the forecast of ${seriesId(key)}`, ({ instance }) =>
        readLatestForecast(instance, series.seriesId, series.key, before),
      );
    },

    async forecasts(key, { limit = Infinity, ...range }) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      thinEvenly(NAME, [], limit);
      const series = await find(key);
      if (series === undefined) return [];
      return sessions.read(`reading forecasts of ${seriesId(key)}`, ({ instance }) =>
        readForecasts(instance, series.seriesId, series.key, range, limit),
      );
    },

    async writeAnomalies(anomalies) {
      checkOpen();
      const checked = anomalies.map((anomaly) => checkAnomaly(NAME, anomaly));
      for (const anomaly of checked) pending.addAnomaly(anomaly);
      if (checked.length > 0) await wrote();
    },

    async anomalies(key, range) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const series = await find(key);
      if (series === undefined) return [];
      return sessions.read(`reading anomalies of ${seriesId(key)}`, ({ instance }) =>
        readAnomalies(instance, series.seriesId, series.key, range),
      );
    },

    async prune(limits, { signal } = {}) {
      checkOpen();
      const checked = checkLimits(NAME, limits);
      await settle();
      return pruneDatabase(checked, (piece) => turn(piece, signal));
    },

    async forgetEmpty() {
      checkOpen();
      await settle();
      return turn(forgetEmpty);
    },

    async flush() {
      checkOpen();
      await flushNow();
    },

    registry() {
      checkOpen();
      return registryIn(
        {
          ...sessions,
          get() {
            checkOpen();
            return sessions.get();
          },
          read(doing, work) {
            checkOpen();
            return sessions.read(doing, work);
          },
        },
        async () => undefined,
      );
    },

    async exportParquet(file, keys, options) {
      checkOpen();
      checkRange(NAME, options.range);
      const { catalogue } = await settle();
      const ids = keys.flatMap((key) => catalogue.get(seriesId(key))?.seriesId ?? []);
      return sessions.read(`writing ${file}`, ({ instance }) => writeParquet(instance, file, options, ids));
    },

    waiting() {
      const all = [pending, ...writing];
      return {
        samples: all.reduce((sum, { samples }) => sum + samples, 0),
        forecasts: all.reduce((sum, { forecasts }) => sum + forecasts.size, 0),
        error: lastError,
      };
    },

    close() {
      closing ??= (async () => {
        try {
          await flushNow();
        } finally {
          if (timer !== null) clearTimeout(timer);
          await sessions.close();
        }
      })();
      return closing;
    },
  };
}

/** A failure to open says all by itself; one to write adds that nothing is lost yet. */
function writeFailure(path: string, samples: number, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AdapterError(NAME, `writing to ${path} failed; ${samples} samples are kept and tried again: ${reason}`, {
    code: "UNAVAILABLE",
    cause: error,
  });
}
