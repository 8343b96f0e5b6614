import { type FileHandle, mkdir, open, readdir, readFile, rename, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AdapterError } from "../errors.js";
import { lockFolder } from "./lock.js";
import { decodeRecord, encodeRecord, NAME, type SpoolRecord } from "./record.js";

/** A record that waits, and where to find it again. */
export interface Waiting {
  readonly number: number;
  readonly acceptedAt: number;
  readonly bytes: number;
}

/** Where accepted records are kept until they are done with. */
export interface Journal {
  /** What an earlier process left, in order. */
  readonly recovered: readonly Waiting[];
  /** For the next record: above all that were ever given. */
  readonly nextNumber: number;
  /** Lines that were written whole and are not any more, as texts. */
  readonly damaged: readonly string[];
  /** Resolves when the records are safe; of records given at the same time all share one commit. Rejects without keeping any. */
  append(records: readonly SpoolRecord[]): Promise<Waiting[]>;
  /** The texts of records, in the order asked for. */
  load(waiting: readonly Waiting[]): Promise<string[]>;
  /** Every record up to this number is done with. */
  settle(number: number): Promise<void>;
  close(): Promise<void>;
}

/** Records in memory: safe as long as the process lives. */
export function memoryJournal(): Journal {
  const texts = new Map<number, string>();
  return {
    recovered: [],
    nextNumber: 1,
    damaged: [],
    async append(records) {
      return records.map((record) => {
        texts.set(record.number, record.text);
        return { number: record.number, acceptedAt: record.acceptedAt, bytes: record.text.length };
      });
    },
    load: async (waiting) => waiting.map(({ number }) => texts.get(number) ?? ""),
    async settle(number) {
      for (const known of texts.keys()) {
        if (known > number) break; // in the order they came
        texts.delete(known);
      }
    },
    async close() {},
  };
}

/** One file of records; named by the number of its first. */
interface Segment {
  readonly path: string;
  readonly handle: FileHandle;
  size: number;
  last: number;
}

interface Place extends Waiting {
  readonly segment: Segment;
  readonly offset: number;
}

/** A new file is begun after this much, so that what was delivered can be deleted. */
const SEGMENT_BYTES = 4 * 2 ** 20;

/**
 * Records in files of a folder, one line each: appended, synchronised to the disk, then acknowledged. The file `position` holds the
 * number up to which all is done; it may be behind after a crash, so that some records are delivered twice, never not at all.
 *
 * A file whose end was torn by a crash is cut back to its last whole line: what follows was never acknowledged. Damage before whole
 * lines is given back as `damaged`.
 */
export async function diskJournal(dir: string): Promise<Journal> {
  try {
    await mkdir(dir, { recursive: true });
    const release = lockFolder(dir);
    try {
      return await openJournal(dir, release);
    } catch (error) {
      release();
      throw error;
    }
  } catch (error) {
    throw diskError(error, `the folder ${dir} cannot be used`);
  }
}

async function openJournal(dir: string, release: () => void): Promise<Journal> {
  const settled = Number((await readFile(join(dir, "position"), "utf8").catch(() => "")) || 0) || 0;
  const segments: Segment[] = [];
  const recovered: Place[] = [];
  const damaged: string[] = [];

  const names = (await readdir(dir)).filter((name) => /^\d{16}\.spool$/.test(name)).sort();
  for (const name of names) {
    const path = join(dir, name);
    const { whole, end, broken } = scan(await readFile(path), settled);
    damaged.push(...broken);
    await truncate(path, end);
    const handle = await open(path, "r+");
    const segment = { path, handle, size: end, last: whole.at(-1)?.record.number ?? 0 };
    segments.push(segment);
    for (const { record, offset, bytes } of whole) {
      const { number, acceptedAt } = record;
      if (number > settled) recovered.push({ number, acceptedAt, bytes, segment, offset });
    }
  }

  let queue: { records: readonly SpoolRecord[]; done: (places: Place[]) => void; failed: (error: unknown) => void }[] =
    [];
  let committing: Promise<void> | null = null;
  let positions: Promise<void> = Promise.resolve();
  let closed = false;

  const newSegment = async (first: number): Promise<Segment> => {
    const path = join(dir, `${String(first).padStart(16, "0")}.spool`);
    const handle = await open(path, "w+");
    // The name must survive as well as the contents.
    const folder = await open(dir, "r");
    await folder.sync().catch(() => undefined); // Windows cannot, and need not
    await folder.close();
    const segment = { path, handle, size: 0, last: 0 };
    segments.push(segment);
    return segment;
  };

  /** Writes all that waits to be written, with one synchronisation. */
  const commit = async () => {
    while (queue.length > 0) {
      const taken = queue;
      queue = [];
      let segment: Segment | undefined;
      try {
        segment = segments.at(-1);
        if (segment === undefined || segment.size >= SEGMENT_BYTES)
          segment = await newSegment(taken[0].records[0].number);
        const { size } = segment;
        const into = segment;
        let offset = size;
        const lines: Buffer[] = [];
        const places = taken.map(({ records }) =>
          records.map((record): Place => {
            const line = Buffer.from(encodeRecord(record));
            lines.push(line);
            const { number, acceptedAt } = record;
            const place = { number, acceptedAt, bytes: line.length, segment: into, offset };
            offset += line.length;
            return place;
          }),
        );
        await writeAll(segment.handle, Buffer.concat(lines), size);
        await segment.handle.datasync();
        segment.size = offset;
        segment.last = places.at(-1)?.at(-1)?.number ?? segment.last;
        for (const [i, { done }] of taken.entries()) done(places[i]);
      } catch (error) {
        // Half a line must not stand before the next whole one.
        await segment?.handle.truncate(segment.size).catch(() => undefined);
        const reason = diskError(error, `a forecast cannot be kept in ${dir}`);
        for (const { failed } of taken) failed(reason);
      }
    }
    committing = null;
  };

  return {
    recovered,
    nextNumber: Math.max(settled, ...segments.map(({ last }) => last)) + 1,
    damaged,

    append(records) {
      if (records.length === 0) return Promise.resolve([]);
      return new Promise((resolve, reject) => {
        queue.push({ records, done: resolve, failed: reject });
        committing ??= commit();
      });
    },

    async load(waiting) {
      return Promise.all(
        (waiting as readonly Place[]).map(async ({ segment, offset, bytes, number }) => {
          const line = Buffer.alloc(bytes);
          await segment.handle.read(line, 0, bytes, offset);
          const record = decodeRecord(line.subarray(0, bytes - 1));
          if (record?.number !== number) {
            throw new AdapterError(NAME, `forecast ${number} in ${segment.path} is damaged`, { code: "INVALID_DATA" });
          }
          return record.text;
        }),
      );
    },

    async settle(number) {
      // One after the other, and not synchronised: what is forgotten is only delivered again.
      positions = positions
        .then(async () => {
          if (closed) return; // the folder may have another owner
          const draft = join(dir, "position.new");
          await writeFile(draft, String(number));
          await rename(draft, join(dir, "position"));
          // The newest file stays: it is written to.
          while (segments.length > 1 && segments[0].last <= number) {
            const [{ handle, path }] = segments.splice(0, 1);
            await handle.close();
            await unlink(path);
          }
        })
        .catch(() => undefined);
      await positions;
    },

    async close() {
      await committing;
      await positions;
      closed = true;
      for (const { handle } of segments) await handle.close();
      release();
    },
  };
}

/**
 * The whole records of a file, where the last of them ends, and the broken lines: of those that stand before a record only the ones
 * that may not have been delivered. A last line without its end was never acknowledged.
 */
function scan(bytes: Buffer, settled: number) {
  const whole: { record: SpoolRecord; offset: number; bytes: number }[] = [];
  const broken: string[] = [];
  let suspect: string[] = [];
  let end = 0;
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, offset);
    if (newline < 0) break;
    const line = bytes.subarray(offset, newline);
    const record = decodeRecord(line);
    if (record === null) suspect.push(line.toString("utf8"));
    else {
      whole.push({ record, offset, bytes: newline + 1 - offset });
      if (record.number > settled) broken.push(...suspect);
      suspect = [];
      end = newline + 1;
    }
    offset = newline + 1;
  }
  return { whole, end, broken: [...broken, ...suspect] };
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

function diskError(error: unknown, doing: string): AdapterError {
  if (error instanceof AdapterError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const full = code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
  return new AdapterError(NAME, `${doing}: ${full ? "the disk is full" : message}`, {
    code: full ? "OVERFLOW" : code === "EACCES" || code === "EPERM" || code === "EROFS" ? "NOT_ALLOWED" : "FAILED",
    cause: error,
  });
}
