import type { DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { asAdapterError } from "../../errors.js";
import { type Catalogue, readCatalogue } from "./catalogue.js";
import { NAME, type OpenOptions, openDatabase } from "./open.js";
import { migrate } from "./schema.js";

/** An open database. */
export interface Session {
  /** The database file, or ":memory:". */
  readonly file: string;
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
  const { instance, file, release } = await openDatabase(options);
  try {
    const writer = await instance.connect();
    await migrate(writer, file);
    const catalogue = await readCatalogue(writer);
    return {
      file,
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
