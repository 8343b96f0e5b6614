import type { DuckDBConnection } from "@duckdb/node-api";
import { AdapterError } from "../../errors.js";
import { NAME } from "./open.js";
import { REGISTRY_TABLES } from "./registry-schema.js";

/**
 * Each entry brings a database from the version before it to its own (the first from nothing to 1). Entries are never changed after
 * a release, only added.
 *
 * Times are whole milliseconds since 1970 as BIGINT; the views show them as time stamps to people. `samples` has no primary key: an
 * index would live in memory and cost more than the writer's own care that each time is there once.
 *
 * Samples come as they are measured, all series together, to `samples`. Days that are over move to `sorted_samples`, series by series,
 * so that reading one series touches a few blocks of each day; old ones become `averages`. No two of the three hold the same time
 * of a series.
 */
const MIGRATIONS: readonly string[] = [
  `CREATE TABLE series (
     series_id INTEGER PRIMARY KEY, host VARCHAR NOT NULL, metric VARCHAR NOT NULL, synthetic BOOLEAN NOT NULL,
     UNIQUE (host, metric));
   CREATE TABLE samples (series_id INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE NOT NULL);
   CREATE TABLE forecasts (
     series_id INTEGER NOT NULL, issued_ms BIGINT NOT NULL, model_version VARCHAR NOT NULL,
     times_ms BIGINT[] NOT NULL, mean DOUBLE[] NOT NULL, median DOUBLE[] NOT NULL,
     intervals STRUCT(level DOUBLE, lower DOUBLE[], upper DOUBLE[])[] NOT NULL);
   CREATE VIEW measurements AS
     SELECT host, metric, synthetic, epoch_ms(time_ms) AS time, value FROM samples JOIN series USING (series_id);
   CREATE VIEW forecast_steps AS
     SELECT host, metric, epoch_ms(issued_ms) AS issued_at, model_version, step, epoch_ms(times_ms[step]) AS time,
       mean[step] AS mean, median[step] AS median,
       list_transform(intervals, i -> {'level': i.level, 'lower': i.lower[step], 'upper': i.upper[step]}) AS intervals
     FROM (SELECT *, unnest(range(1, len(times_ms) + 1)) AS step FROM forecasts) JOIN series USING (series_id);`,
  `CREATE TABLE sorted_samples (series_id INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE NOT NULL);
   CREATE TABLE averages (
     series_id INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE NOT NULL, samples INTEGER NOT NULL);
   CREATE TABLE anomalies (
     series_id INTEGER NOT NULL, time_ms BIGINT NOT NULL, value DOUBLE NOT NULL,
     lower DOUBLE NOT NULL, upper DOUBLE NOT NULL, model_version VARCHAR NOT NULL);
   CREATE OR REPLACE VIEW measurements AS
     SELECT host, metric, synthetic, epoch_ms(time_ms) AS time, value, samples
     FROM (FROM averages UNION ALL SELECT *, 1 FROM sorted_samples UNION ALL SELECT *, 1 FROM samples)
     JOIN series USING (series_id);`,
  REGISTRY_TABLES,
];

/** The three tables of samples as one. */
export const POINTS = `(SELECT series_id, time_ms, value FROM averages
  UNION ALL FROM sorted_samples UNION ALL FROM samples)`;

/**
 * Development versions of one afternoon kept models in the tables that this version knows by the same number. Their samples are as they
 * are now.
 */
async function checkShape(connection: DuckDBConnection, file: string): Promise<void> {
  const reader = await connection.runAndReadAll(
    "SELECT count(*) FROM duckdb_columns() WHERE table_name = 'registry_runs' AND column_name = 'document_pack'",
  );
  if (Number(reader.getRows()[0][0]) === 1) return;
  throw new AdapterError(
    NAME,
    `${file} was written by a development version whose models cannot be read; take its samples to a new folder: ` +
      "COPY (SELECT host, metric, time, value FROM measurements) TO 'samples.parquet' in DuckDB, then loadcast import samples.parquet",
    { code: "INVALID_DATA" },
  );
}

/** Brings the database to the newest version, in one transaction. Throws AdapterError when a newer program wrote it. */
export async function migrate(connection: DuckDBConnection, file: string): Promise<void> {
  await connection.run(
    "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMP NOT NULL)",
  );
  const reader = await connection.runAndReadAll("SELECT coalesce(max(version), 0) FROM schema_version");
  const version = Number(reader.getRows()[0][0]);
  if (version > MIGRATIONS.length) {
    throw new AdapterError(
      NAME,
      `${file} was written by a newer version of this program (schema ${version}, this one knows ${MIGRATIONS.length}); update it`,
      { code: "INVALID_DATA" },
    );
  }
  for (let next = version + 1; next <= MIGRATIONS.length; next++) {
    await connection.run("BEGIN");
    try {
      await connection.run(MIGRATIONS[next - 1]);
      await connection.run("INSERT INTO schema_version VALUES ($1, epoch_ms($2::BIGINT))", [next, BigInt(Date.now())]);
      await connection.run("COMMIT");
    } catch (error) {
      await connection.run("ROLLBACK");
      throw error;
    }
  }
  await checkShape(connection, file);
}
