import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { MEAN_MILLIS, THINNED_MILLIS } from "../../retention.js";
import type { PruneLimits, PruneReport } from "../../types.js";
import type { KnownSeries } from "./catalogue.js";
import { POINTS } from "./schema.js";
import type { Session } from "./session.js";
import { timeLimit } from "./time-limit.js";

const DAY = 86_400_000;

/**
 * What is put in the order of series at a time. A day of one of 500 series is then read in 6 ms instead of 27. Whole days would be read a
 * little faster still, but until one is over every read looks through all series, and each piece of the work through the whole day.
 */
const SEGMENT = DAY / 4;

/** Rows of one transaction: about a tenth of a second of work, in which other writes wait and reads share the processor. */
const PIECE_ROWS = 150_000;

/** Runs one piece of work as the only writer; other writes have their turn between two of them. */
type Turn = <T>(piece: (session: Session) => Promise<T>) => Promise<T>;

/** A span of time of some neighbouring series. */
interface Piece {
  readonly from: number;
  readonly to: number;
  readonly firstSeries: number;
  readonly lastSeries: number;
}

/** Lets go of what lies before the limits, and puts what is no longer written to in the order of their series. */
export async function pruneDatabase(limits: Required<PruneLimits>, turn: Turn): Promise<PruneReport> {
  const report = { averaged: 0, deleted: 0, forecasts: 0, anomalies: 0 };
  const { samplesBefore, downsampledBefore, forecastsThinnedBefore, forecastsBefore } = limits;

  const newest = await turn(async ({ catalogue }) => Math.max(...[...catalogue.values()].map(({ last }) => last)));
  for (const piece of await turn((session) => plan(session.writer, POINTS, downsampledBefore, DAY))) {
    report.deleted += await turn((session) => deletePiece(session, piece));
  }
  await turn((session) => findFirst(session, downsampledBefore));
  const raw = "(FROM samples UNION ALL FROM sorted_samples)";
  for (const piece of await turn((session) => plan(session.writer, raw, samplesBefore, DAY))) {
    report.averaged += await turn((session) => averagePiece(session, piece));
  }
  const open = Math.floor(newest / SEGMENT) * SEGMENT;
  for (const piece of await turn((session) => plan(session.writer, "samples", open, SEGMENT))) {
    await turn((session) => sortPiece(session, piece));
  }
  report.anomalies = await turn(({ writer }) =>
    changes(writer, "DELETE FROM anomalies WHERE time_ms < $1", [timeLimit(downsampledBefore)]),
  );
  for (const hour of await turn(({ writer }) => hoursToThin(writer, forecastsThinnedBefore, forecastsBefore))) {
    report.forecasts += await turn((session) => thinHour(session, hour, limits));
  }
  // Gives the space of deleted rows back to the file, and its end back to the disk.
  await turn(({ writer }) => writer.run("CHECKPOINT"));
  return report;
}

/** Forgets the series without samples, with what else is kept of them; returns their ids. */
export async function forgetEmpty({ writer, catalogue }: Session): Promise<string[]> {
  const empty = [...catalogue].filter(([, { count }]) => count === 0);
  if (empty.length === 0) return [];
  const these = `series_id IN (${empty.map(([, { seriesId }]) => seriesId).join(", ")})`;
  await transaction(writer, async () => {
    for (const table of ["forecasts", "anomalies", "series"]) await writer.run(`DELETE FROM ${table} WHERE ${these}`);
  });
  for (const [id] of empty) catalogue.delete(id);
  return empty.map(([id]) => id).sort();
}

/** Pieces that together hold all rows of a table before a time, by spans of time, and within a span by series. */
async function plan(connection: DuckDBConnection, table: string, before: number, span: number): Promise<Piece[]> {
  if (before === -Infinity) return [];
  const reader = await connection.runAndReadAll(
    `SELECT (time_ms - ((time_ms % ${span}) + ${span}) % ${span})::DOUBLE AS start, series_id, count(*)::DOUBLE
     FROM ${table} WHERE time_ms < $1 GROUP BY ALL ORDER BY ALL`,
    [timeLimit(before)],
  );
  const pieces: Piece[] = [];
  let rows = Infinity;
  for (const [from, series, count] of reader.getRows() as [number, number, number][]) {
    const open = pieces.at(-1);
    if (open?.from === from && rows + count <= PIECE_ROWS) {
      pieces[pieces.length - 1] = { ...open, lastSeries: series };
      rows += count;
    } else {
      pieces.push({ from, to: Math.min(from + span, before), firstSeries: series, lastSeries: series });
      rows = count;
    }
  }
  return pieces;
}

const IN_PIECE = "time_ms >= $1 AND time_ms < $2 AND series_id BETWEEN $3 AND $4";
const valuesOf = ({ from, to, firstSeries, lastSeries }: Piece): DuckDBValue[] => [
  timeLimit(from),
  timeLimit(to),
  firstSeries,
  lastSeries,
];

/** Moves samples to the table that is in the order of series. */
async function sortPiece({ writer }: Session, piece: Piece): Promise<void> {
  await transaction(writer, async () => {
    await writer.run(
      `INSERT INTO sorted_samples SELECT * FROM samples WHERE ${IN_PIECE} ORDER BY series_id, time_ms`,
      valuesOf(piece),
    );
    await writer.run(`DELETE FROM samples WHERE ${IN_PIECE}`, valuesOf(piece));
  });
}

/** Turns samples into means; a mean that is there already counts as many times as it has samples. Returns the number of samples. */
async function averagePiece({ writer, catalogue }: Session, piece: Piece): Promise<number> {
  const values = valuesOf(piece);
  const mean = `time_ms - ((time_ms % ${MEAN_MILLIS}) + ${MEAN_MILLIS}) % ${MEAN_MILLIS}`;
  const rows = await transaction(writer, async () => {
    await writer.run(
      `CREATE OR REPLACE TEMP TABLE means AS
       WITH old AS (
         SELECT series_id, ${mean} AS time_ms, sum(value) AS total, count(*) AS n
         FROM (FROM samples WHERE ${IN_PIECE} UNION ALL FROM sorted_samples WHERE ${IN_PIECE}) GROUP BY ALL),
       before AS (SELECT * FROM averages WHERE ${IN_PIECE})
       SELECT series_id, time_ms, (total + coalesce(value * samples, 0)) / (n + coalesce(samples, 0)) AS value,
         (n + coalesce(samples, 0))::INTEGER AS samples, n AS added, samples IS NOT NULL AS known
       FROM old LEFT JOIN before USING (series_id, time_ms)`,
      values,
    );
    await writer.run(
      `DELETE FROM averages USING means
       WHERE known AND averages.series_id = means.series_id AND averages.time_ms = means.time_ms
         AND averages.time_ms >= $1 AND averages.time_ms < $2`,
      values.slice(0, 2),
    );
    await writer.run("INSERT INTO averages SELECT series_id, time_ms, value, samples FROM means ORDER BY ALL");
    await writer.run(`DELETE FROM samples WHERE ${IN_PIECE}`, values);
    await writer.run(`DELETE FROM sorted_samples WHERE ${IN_PIECE}`, values);
    const reader = await writer.runAndReadAll(
      `SELECT series_id, sum(added)::DOUBLE, count(*) FILTER (NOT known)::DOUBLE FROM means GROUP BY series_id`,
    );
    return new Map((reader.getRows() as [number, number, number][]).map(([id, ...counts]) => [id, counts]));
  });
  let averaged = 0;
  // An end that was a sample of this piece is now the mean of its 5 minutes; means start on the grid already.
  const moved = (time: number) => (time < piece.to ? Math.floor(time / MEAN_MILLIS) * MEAN_MILLIS : time);
  update(catalogue, rows, (known, [samples, means]) => {
    averaged += samples;
    return {
      ...known,
      count: known.count - samples + means,
      first: moved(known.first),
      last: moved(known.last),
    };
  });
  return averaged;
}

async function deletePiece({ writer, catalogue }: Session, piece: Piece): Promise<number> {
  const values = valuesOf(piece);
  const rows = await transaction(writer, async () => {
    const reader = await writer.runAndReadAll(
      `SELECT series_id, count(*)::DOUBLE FROM ${POINTS} WHERE ${IN_PIECE} GROUP BY series_id`,
      values,
    );
    for (const table of ["averages", "sorted_samples", "samples"]) {
      await writer.run(`DELETE FROM ${table} WHERE ${IN_PIECE}`, values);
    }
    return new Map((reader.getRows() as [number, number][]).map(([id, count]) => [id, count]));
  });
  let deleted = 0;
  update(catalogue, rows, (known, count) => {
    deleted += count;
    const left = known.count - count;
    return left > 0
      ? { ...known, count: left, first: Math.max(known.first, piece.to) }
      : { ...known, count: 0, first: Infinity, last: -Infinity };
  });
  return deleted;
}

/** Finds the first point of each series whose former first was deleted. */
async function findFirst({ writer, catalogue }: Session, before: number): Promise<void> {
  const open = new Map(
    [...catalogue]
      .filter(([, { count, first }]) => count > 0 && first <= before)
      .map(([id, { seriesId }]) => [seriesId, id]),
  );
  // Most series go on without a gap: their next point lies near, and a look at a day is cheap.
  for (const reach of [DAY, 30 * DAY, Infinity]) {
    if (open.size === 0) return;
    const reader = await writer.runAndReadAll(
      `SELECT series_id, min(time_ms)::DOUBLE FROM ${POINTS} WHERE time_ms >= $1 AND time_ms < $2 GROUP BY series_id`,
      [timeLimit(before), timeLimit(before + reach)],
    );
    for (const [number, first] of reader.getRows() as [number, number][]) {
      const id = open.get(number);
      const known = id === undefined ? undefined : catalogue.get(id);
      if (id !== undefined && known !== undefined) catalogue.set(id, { ...known, first });
      open.delete(number);
    }
  }
}

/** Hours that hold forecasts to delete. */
async function hoursToThin(connection: DuckDBConnection, thinnedBefore: number, before: number): Promise<number[]> {
  const end = Math.max(thinnedBefore, before);
  if (end === -Infinity) return [];
  const reader = await connection.runAndReadAll(
    `SELECT hour::DOUBLE FROM (
       SELECT issued_ms - ((issued_ms % ${THINNED_MILLIS}) + ${THINNED_MILLIS}) % ${THINNED_MILLIS} AS hour, series_id, issued_ms
       FROM forecasts WHERE issued_ms < $1)
     GROUP BY hour HAVING min(issued_ms) < $2 OR count(*) > count(DISTINCT series_id) ORDER BY hour`,
    [timeLimit(end), timeLimit(before)],
  );
  return (reader.getColumns()[0] ?? []) as number[];
}

async function thinHour({ writer, catalogue }: Session, hour: number, limits: Required<PruneLimits>): Promise<number> {
  const end = hour + THINNED_MILLIS;
  const deleted = await transaction(writer, async () => {
    await writer.run(
      `CREATE OR REPLACE TEMP TABLE firsts AS
       SELECT series_id, min(issued_ms) AS issued_ms FROM forecasts WHERE issued_ms >= $1 AND issued_ms < $2 GROUP BY series_id`,
      [timeLimit(hour), timeLimit(end)],
    );
    return changes(
      writer,
      `DELETE FROM forecasts WHERE issued_ms >= $1 AND issued_ms < $2 AND (issued_ms < $3 OR
         (issued_ms < $4 AND (series_id, issued_ms) NOT IN (SELECT (series_id, issued_ms) FROM firsts)))`,
      [hour, end, limits.forecastsBefore, limits.forecastsThinnedBefore].map(timeLimit),
    );
  });
  if (deleted === 0) return 0;
  const touched = new Map([...catalogue].filter(([, { lastIssued }]) => hour <= lastIssued && lastIssued < end));
  if (touched.size > 0) {
    const ids = [...touched.values()].map(({ seriesId }) => seriesId).join(", ");
    const reader = await writer.runAndReadAll(
      `SELECT series_id, max(issued_ms)::DOUBLE FROM forecasts WHERE series_id IN (${ids}) GROUP BY series_id`,
    );
    const issued = new Map(reader.getRows() as [number, number][]);
    for (const [id, known] of touched) {
      const lastIssued = issued.get(known.seriesId) ?? -Infinity;
      if (lastIssued !== known.lastIssued) catalogue.set(id, { ...known, lastIssued });
    }
  }
  return deleted;
}

async function transaction<T>(connection: DuckDBConnection, work: () => Promise<T>): Promise<T> {
  await connection.run("BEGIN");
  try {
    const result = await work();
    await connection.run("COMMIT");
    return result;
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function changes(connection: DuckDBConnection, sql: string, values: DuckDBValue[]): Promise<number> {
  return (await connection.run(sql, values)).rowsChanged;
}

/** Replaces the entries of the series that a piece has touched. */
function update<T>(
  catalogue: Map<string, KnownSeries>,
  rows: ReadonlyMap<number, T>,
  change: (known: KnownSeries, row: T) => KnownSeries,
): void {
  for (const [id, known] of catalogue) {
    const row = rows.get(known.seriesId);
    if (row !== undefined) catalogue.set(id, change(known, row));
  }
}
