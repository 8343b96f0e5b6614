import type { DuckDBAppender, DuckDBType, DuckDBValue } from "@duckdb/node-api";

/** Rows that DuckDB takes in one chunk. */
export const CHUNK = 2048;

/** Appends up to CHUNK rows, given by their columns. */
export async function appendChunk(
  appender: DuckDBAppender,
  types: readonly DuckDBType[],
  columns: readonly (readonly DuckDBValue[])[],
): Promise<void> {
  if (columns[0].length === 0) return;
  const { DuckDBDataChunk } = await import("@duckdb/node-api");
  const chunk = DuckDBDataChunk.create(types, columns[0].length);
  chunk.setColumns(columns);
  appender.appendDataChunk(chunk);
}
