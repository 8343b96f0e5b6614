import type { DuckDBConnection } from "@duckdb/node-api";
import { seriesId } from "../../series.js";
import type { Anomaly } from "../../types.js";
import { appendChunk, CHUNK } from "./append.js";
import type { Catalogue, KnownSeries } from "./catalogue.js";

/** Writes anomalies; one of the same series and time is replaced. They are few: each is looked for by itself. */
export async function writeAnomalies(
  connection: DuckDBConnection,
  anomalies: readonly Anomaly[],
  changed: Catalogue,
): Promise<void> {
  if (anomalies.length === 0) return;
  const { BIGINT, DOUBLE, INTEGER, VARCHAR } = await import("@duckdb/node-api");
  const ids = anomalies.map((anomaly) => (changed.get(seriesId(anomaly)) as KnownSeries).seriesId);
  for (const [i, { time }] of anomalies.entries()) {
    await connection.run("DELETE FROM anomalies WHERE series_id = $1 AND time_ms = $2", [ids[i], BigInt(time)]);
  }
  const appender = await connection.createAppender("anomalies");
  try {
    for (let begin = 0; begin < anomalies.length; begin += CHUNK) {
      const part = anomalies.slice(begin, begin + CHUNK);
      await appendChunk(
        appender,
        [INTEGER, BIGINT, DOUBLE, DOUBLE, DOUBLE, VARCHAR],
        [
          ids.slice(begin, begin + CHUNK),
          part.map(({ time }) => BigInt(time)),
          part.map(({ value }) => value),
          part.map(({ lower }) => lower),
          part.map(({ upper }) => upper),
          part.map(({ modelVersion }) => modelVersion),
        ],
      );
    }
  } finally {
    appender.closeSync();
  }
}
