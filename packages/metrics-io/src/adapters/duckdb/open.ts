import { accessSync, constants, mkdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { DuckDBInstance } from "@duckdb/node-api";
import { AdapterError, asAdapterError } from "../../errors.js";

export const NAME = "duckdb";

export interface OpenOptions {
  readonly path: string;
  readonly memoryLimit: string;
  readonly threads: number;
}

/** Throws AdapterError unless the path is a text and `threads` a whole number ≥ 1. */
export function checkOpenOptions({ path, threads }: OpenOptions): void {
  if (typeof path !== "string" || path === "") {
    throw new AdapterError(NAME, `path must name a folder or a file, got ${JSON.stringify(path) ?? String(path)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  if (!(Number.isSafeInteger(threads) && threads >= 1)) {
    throw new AdapterError(NAME, `threads must be a whole number ≥ 1, got ${String(threads)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
}

/**
 * Database files open in this process. DuckDB's lock is a POSIX record lock, which does not keep a process from opening its own file
 * again, and closing the second handle would drop the lock of the first: so the process guards itself.
 */
const openHere = new Set<string>();

export interface OpenDatabase {
  readonly instance: DuckDBInstance;
  /** Where the data are, for messages. */
  readonly file: string;
  release(): void;
}

/** The database file that a path stands for: itself when it ends in .duckdb or .db, else loadcast.duckdb in that folder. */
export function databaseFile(path: string): string {
  if (path === ":memory:") return path;
  const isFile = /\.(duckdb|db)$/i.test(path) && !isFolder(path);
  return resolve(isFile ? path : join(path, "loadcast.duckdb"));
}

/** Opens or creates the database. Throws AdapterError with one clear line for everything that a user can cause. */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const file = databaseFile(options.path);
  const guard = file === ":memory:" ? null : join(prepareFolder(dirname(file)), basename(file));
  if (guard !== null && openHere.has(guard)) {
    throw new AdapterError(NAME, `${file} is already open in this process; share that store or close it first`, {
      code: "IN_USE",
    });
  }
  if (guard !== null) openHere.add(guard);
  const release = () => {
    if (guard !== null) openHere.delete(guard);
  };
  try {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const instance = await DuckDBInstance.create(file, {
      // The default limit is most of the machine's memory, and this store shares the machine with what it watches.
      memory_limit: options.memoryLimit,
      threads: String(options.threads),
      // Memory that it freed comes back to the machine early, not only beyond 128 MB: seven days of 2,000 series left 190 MB behind, now 130.
      allocator_flush_threshold: "16MB",
      allocator_background_threads: "true",
      // Extensions would be fetched over the network; nothing here needs one.
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
    });
    return { instance, file, release };
  } catch (error) {
    release();
    throw explain(file, error);
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * `mkdir -p`. Node's own `recursive` option never returns where a parent exists but refuses children with ENOENT, as /proc
 * does (Node 20).
 */
function makeFolder(folder: string): void {
  if (isFolder(folder)) return;
  const parent = dirname(folder);
  if (parent !== folder) makeFolder(parent);
  try {
    mkdirSync(folder);
  } catch (error) {
    if (!isFolder(folder)) throw error;
  }
}

/** Makes the folder and proves that it can be written; returns its real path. */
function prepareFolder(folder: string): string {
  try {
    makeFolder(resolve(folder));
    accessSync(folder, constants.W_OK | constants.X_OK);
    return realpathSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    const remedy =
      code === "EEXIST" || code === "ENOTDIR"
        ? "it is a file or lies in one; choose another folder"
        : code === "EROFS"
          ? "it is on a read-only disk; choose another folder"
          : "give this user write permission or choose another folder";
    throw new AdapterError(NAME, `the folder ${folder} cannot be written (${code}); ${remedy}`, {
      code: "NOT_ALLOWED",
      cause: error,
    });
  }
}

function explain(file: string, error: unknown): AdapterError {
  const text = error instanceof Error ? error.message : String(error);
  if (text.includes("Could not set lock")) {
    const pid = /PID (\d+)/.exec(text)?.[1];
    const holder = pid === undefined ? "another process" : `another process (PID ${pid})`;
    return new AdapterError(NAME, `${file} is in use by ${holder}; stop it or choose another folder`, {
      code: "IN_USE",
      cause: error,
    });
  }
  if (/not a valid DuckDB database|Serialization Error|version number|Corrupt|checksum/i.test(text)) {
    return new AdapterError(
      NAME,
      `${file} cannot be read as a database of this version; move it away or choose another folder (${text})`,
      { code: "INVALID_DATA", cause: error },
    );
  }
  if (/Permission denied|Read-only file system/i.test(text)) {
    return new AdapterError(
      NAME,
      `${file} cannot be written; give this user write permission or choose another folder (${text})`,
      { code: "NOT_ALLOWED", cause: error },
    );
  }
  return asAdapterError(NAME, `${file} cannot be opened`, error);
}
