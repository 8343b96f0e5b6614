import type { DuckDBConnection } from "@duckdb/node-api";
import { seriesId } from "../../series.js";
import type { SeriesKey } from "../../types.js";
import { appendChunk, CHUNK } from "./append.js";
import type { Pending } from "./pending.js";
import { POINTS } from "./schema.js";

/** What the store knows of a series without asking the database. */
export interface KnownSeries {
  readonly seriesId: number;
  readonly key: SeriesKey;
  readonly synthetic: boolean;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** When its newest forecast was issued. */
  readonly lastIssued: number;
}

const NOTHING_YET = { count: 0, first: Infinity, last: -Infinity, lastIssued: -Infinity };

export type Catalogue = Map<string, KnownSeries>;

/** Reads the catalogue of a database that was just opened. */
export async function readCatalogue(connection: DuckDBConnection): Promise<Catalogue> {
  const reader = await connection.runAndReadAll(
    `SELECT series_id, host, metric, synthetic, coalesce(n, 0)::DOUBLE, first::DOUBLE, last::DOUBLE, issued::DOUBLE
     FROM series
     LEFT JOIN (SELECT series_id, count(*) AS n, min(time_ms) AS first, max(time_ms) AS last FROM ${POINTS} GROUP BY series_id)
       USING (series_id)
     LEFT JOIN (SELECT series_id, max(issued_ms) AS issued FROM forecasts GROUP BY series_id) USING (series_id)`,
  );
  const catalogue: Catalogue = new Map();
  for (const [id, host, metric, synthetic, count, first, last, issued] of reader.getRows()) {
    const key = { host: String(host), metric: String(metric) };
    catalogue.set(seriesId(key), {
      seriesId: Number(id),
      key,
      synthetic: synthetic === true,
      count: Number(count),
      first: first === null ? Infinity : Number(first),
      last: last === null ? -Infinity : Number(last),
      lastIssued: issued === null ? -Infinity : Number(issued),
    });
  }
  return catalogue;
}

/** Makes rows for new series and keeps the mark of the old ones; returns the entries of every series written to. */
export async function writeSeries(
  connection: DuckDBConnection,
  pending: Pending,
  catalogue: Catalogue,
): Promise<Catalogue> {
  const changed: Catalogue = new Map();
  const added: KnownSeries[] = [];
  let next = 1;
  for (const known of catalogue.values()) next = Math.max(next, known.seriesId + 1);
  for (const [id, { key, synthetic }] of pending.series) {
    let known = catalogue.get(id);
    if (known === undefined) {
      known = { seriesId: next++, key, synthetic: synthetic ?? false, ...NOTHING_YET };
      added.push(known);
    } else if (synthetic !== undefined && synthetic !== known.synthetic) {
      await connection.run("UPDATE series SET synthetic = $2 WHERE series_id = $1", [known.seriesId, synthetic]);
      known = { ...known, synthetic };
    }
    changed.set(id, known);
  }
  if (added.length > 0) {
    const { BOOLEAN, INTEGER, VARCHAR } = await import("@duckdb/node-api");
    const appender = await connection.createAppender("series");
    try {
      for (let begin = 0; begin < added.length; begin += CHUNK) {
        const part = added.slice(begin, begin + CHUNK);
        await appendChunk(
          appender,
          [INTEGER, VARCHAR, VARCHAR, BOOLEAN],
          [
            part.map((series) => series.seriesId),
            part.map((series) => series.key.host),
            part.map((series) => series.key.metric),
            part.map((series) => series.synthetic),
          ],
        );
      }
    } finally {
      appender.closeSync();
    }
  }
  return changed;
}
