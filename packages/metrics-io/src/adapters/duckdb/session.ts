import { statSync } from "node:fs";
import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { AdapterError, asAdapterError } from "../../errors.js";
import { type Catalogue, readCatalogue } from "./catalogue.js";
import { compact } from "./compact.js";
import { NAME, type OpenOptions, openDatabase } from "./open.js";
import { migrate } from "./schema.js";

/** An open database. */
export interface Session {
  /** The database file, or ":memory:". */
  readonly file: string;
  /** Which file that was when it was opened: its name may be another's by now. Null where files have no such number. */
  readonly inode: number | null;
  readonly instance: DuckDBInstance;
  readonly writer: DuckDBConnection;
  readonly catalogue: Catalogue;
  close(): void;
}

export interface SessionKeeper {
  /** The session, opened by the first call. A failed opening is forgotten: the next call tries again. */
  get(): Promise<Session>;
  /** Runs a read and explains its failure. close() waits for it. */
  read<T>(doing: string, work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * To be told of every failure. After a fatal one, such as a checkpoint that met a full disk, DuckDB refuses all further work of the
   * instance; and after a transaction that ran out of memory it has rows that no later one may delete. The session is then dropped, so that
   * the next call opens the file anew and finds all that was committed.
   */
  failed(error: unknown): Promise<void>;
  close(): Promise<void>;
}

export function keepSession(options: OpenOptions): SessionKeeper {
  let session: Promise<Session> | null = null;
  const reads = new Set<Promise<unknown>>();

  const get = (): Promise<Session> => {
    if (session === null) {
      const opening = openSession(options);
      session = opening;
      opening.catch(() => {
        if (session === opening) session = null;
      });
    }
    return session;
  };

  const close = async (): Promise<void> => {
    const closing = session;
    session = null;
    await Promise.allSettled(reads);
    (await closing?.catch(() => null))?.close();
  };

  const failed = async (error: unknown): Promise<void> => {
    if (/FATAL Error|has been invalidated|Conflict on tuple deletion/.test(String(error))) await close();
  };

  return {
    get,
    async read(doing, work) {
      const current = await get();
      const read = work(current);
      reads.add(read);
      try {
        return await read;
      } catch (error) {
        reads.delete(read); // or close() would wait for this very read
        await failed(error);
        throw asAdapterError(NAME, `${doing} failed`, error);
      } finally {
        reads.delete(read);
      }
    },
    failed,
    close,
  };
}

async function openSession(options: OpenOptions): Promise<Session> {
  const session = await openAsIs(options);
  const replaced = await compact(session.writer, session.file).catch(() => false);
  if (!replaced) return session;
  session.close();
  return openAsIs(options);
}

async function openAsIs(options: OpenOptions): Promise<Session> {
  const { instance, file, release } = await openDatabase(options);
  try {
    const writer = await instance.connect();
    await migrate(writer, file);
    const catalogue = await readCatalogue(writer);
    return {
      file,
      inode: inodeOf(file),
      instance,
      writer,
      catalogue,
      close() {
        writer.closeSync();
        instance.closeSync();
        release();
      },
    };
  } catch (error) {
    instance.closeSync();
    release();
    throw asAdapterError(NAME, `${file} cannot be used`, error);
  }
}

function inodeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.ino || null;
}

/**
 * What is written to a file that was deleted or replaced goes nowhere, and the system calls it a success.
 *
 * @throws AdapterError UNAVAILABLE
 */
export function checkStillThere({ file, inode }: Session): void {
  if (inode === null || inodeOf(file) === inode) return;
  throw new AdapterError(
    NAME,
    `${file} was deleted or replaced while it was open: nothing can be written to it; end this process and start it again`,
    { code: "UNAVAILABLE" },
  );
}
