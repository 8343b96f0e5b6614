import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";

/** Less than this is not worth a copy. */
const LEAST_FREE = 64 * 2 ** 20;

/**
 * Writes the database anew where most of its file is free, and puts the copy in its place. DuckDB gives back to the disk only what is free at
 * the end of the file, and some block that is never changed mostly lies there: after two years of an import became means the file
 * stayed as it was, six times too large. What is free is used again, so this is for what will not be: more than half of the file.
 *
 * For a database that nothing else uses yet. Where the disk has no room, or an open file cannot be replaced (Windows), all stays as it is.
 *
 * @returns whether the file was replaced: then it has to be opened anew
 */
export async function compact(connection: DuckDBConnection, file: string, leastFree = LEAST_FREE): Promise<boolean> {
  if (file === ":memory:" || process.platform === "win32") return false;
  const anew = `${file}.anew`;
  const remove = () => {
    for (const name of [anew, `${anew}.wal`]) rmSync(name, { force: true });
  };
  remove(); // what a killed process left
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0];
  const { block_size, free_blocks, used_blocks } = await one("PRAGMA database_size");
  if (Number(free_blocks) <= Number(used_blocks) || Number(free_blocks) * Number(block_size) < leastFree) return false;
  try {
    await connection.run("CHECKPOINT");
    const { name } = await one("SELECT current_database() AS name");
    const quoted = `"${String(name).replaceAll('"', '""')}"`;
    const copy = `"${String(name).replaceAll('"', '""')} anew"`;
    await connection.run(`ATTACH '${anew.replaceAll("'", "''")}' AS ${copy}`);
    try {
      await connection.run(`COPY FROM DATABASE ${quoted} TO ${copy}`);
    } finally {
      await connection.run(`DETACH ${copy}`);
    }
    // A log of the old file would be taken for one of the new.
    for (const name of [file, anew]) {
      if ((statSync(`${name}.wal`, { throwIfNoEntry: false })?.size ?? 0) > 0) throw new Error(`${name} has a log`);
    }
    renameSync(anew, file);
  } catch {
    remove();
    return false;
  }
  syncFolder(dirname(file));
  return true;
}

/** Or after a power failure the name might stand for the old file again, without what was written since. */
function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, "r");
    fsyncSync(handle);
    closeSync(handle);
  } catch {
    // Some file systems cannot.
  }
}
