import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { seriesId } from "../../series.js";
import type { StoredForecast } from "../../types.js";
import { appendChunk } from "./append.js";
import type { Catalogue, KnownSeries } from "./catalogue.js";

/** The lists of a forecast take a fifth of a millisecond to hand over; others have their turn after so many. */
const AT_ONCE = 32;

/** Writes forecasts, one row each, and moves `lastIssued` of their series on. */
export async function writeForecasts(
  connection: DuckDBConnection,
  forecasts: readonly StoredForecast[],
  changed: Catalogue,
): Promise<void> {
  if (forecasts.length === 0) return;
  const { BIGINT, DOUBLE, INTEGER, LIST, STRUCT, VARCHAR, listValue, structValue } = await import("@duckdb/node-api");
  const list = (values: readonly number[]) => listValue([...values]);
  const doubles = LIST(DOUBLE);
  const types = [
    INTEGER,
    BIGINT,
    VARCHAR,
    LIST(BIGINT),
    doubles,
    doubles,
    LIST(STRUCT({ level: DOUBLE, lower: doubles, upper: doubles })),
  ];
  const rowOf = (forecast: StoredForecast): DuckDBValue[] => [
    (changed.get(seriesId(forecast)) as KnownSeries).seriesId,
    BigInt(forecast.issuedAt),
    forecast.modelVersion,
    listValue(forecast.times.map(BigInt)),
    list(forecast.mean),
    list(forecast.median),
    listValue(
      forecast.intervals.map(({ level, lower, upper }) =>
        structValue({ level, lower: list(lower), upper: list(upper) }),
      ),
    ),
  ];
  for (const forecast of forecasts) {
    const id = seriesId(forecast);
    const known = changed.get(id) as KnownSeries;
    if (forecast.issuedAt <= known.lastIssued) {
      await connection.run("DELETE FROM forecasts WHERE series_id = $1 AND issued_ms = $2", [
        known.seriesId,
        BigInt(forecast.issuedAt),
      ]);
    }
    if (forecast.issuedAt >= known.lastIssued) {
      changed.set(id, { ...known, lastIssued: forecast.issuedAt });
    }
  }
  const appender = await connection.createAppender("forecasts");
  try {
    for (let begin = 0; begin < forecasts.length; begin += AT_ONCE) {
      const rows = forecasts.slice(begin, begin + AT_ONCE).map(rowOf);
      await appendChunk(
        appender,
        types,
        types.map((_, column) => rows.map((row) => row[column])),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    appender.closeSync();
  }
}
