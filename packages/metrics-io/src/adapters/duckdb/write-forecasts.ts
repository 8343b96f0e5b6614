import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { seriesId } from "../../series.js";
import type { StoredForecast } from "../../types.js";
import { appendChunk, CHUNK } from "./append.js";
import type { Catalogue, KnownSeries } from "./catalogue.js";

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
  const rows: DuckDBValue[][] = [];
  for (const forecast of forecasts) {
    const id = seriesId(forecast);
    const known = changed.get(id) as KnownSeries;
    const issued = BigInt(forecast.issuedAt);
    if (forecast.issuedAt <= known.lastIssued) {
      await connection.run("DELETE FROM forecasts WHERE series_id = $1 AND issued_ms = $2", [known.seriesId, issued]);
    }
    if (forecast.issuedAt >= known.lastIssued) {
      changed.set(id, { ...known, lastIssued: forecast.issuedAt, latest: forecast });
    }
    const intervals = forecast.intervals.map(({ level, lower, upper }) =>
      structValue({ level, lower: list(lower), upper: list(upper) }),
    );
    rows.push([
      known.seriesId,
      issued,
      forecast.modelVersion,
      listValue(forecast.times.map(BigInt)),
      list(forecast.mean),
      list(forecast.median),
      listValue(intervals),
    ]);
  }
  const appender = await connection.createAppender("forecasts");
  try {
    for (let begin = 0; begin < rows.length; begin += CHUNK) {
      const part = rows.slice(begin, begin + CHUNK);
      await appendChunk(
        appender,
        types,
        types.map((_, column) => part.map((row) => row[column])),
      );
    }
  } finally {
    appender.closeSync();
  }
}
