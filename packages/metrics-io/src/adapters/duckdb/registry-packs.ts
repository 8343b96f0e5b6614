import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import { AdapterError } from "../../errors.js";
import { lanes } from "../../registry/lanes.js";
import { NAME } from "./open.js";
import type { Session } from "./session.js";

/** Where a body lies in its pack. */
export interface Place {
  readonly at: number;
  readonly size: number;
}

/**
 * Keeps the documents and artifacts of the registry: those of one training in one file, a pack, each compressed by itself. In a column of
 * the database they would be written anew with every checkpoint, for DuckDB then rewrites the last 122,880 rows of a table as one.
 */
export interface Packs {
  /** Resolves when the bodies are on the disk. They belong to nothing until a row names the pack. */
  write(bodies: readonly Uint8Array[]): Promise<{ pack: string; places: Place[] }>;
  read(pack: string, place: Place): Promise<Uint8Array>;
  /** The same, still compressed by gzip where that helped. */
  readPacked(pack: string, place: Place): Promise<Uint8Array>;
  remove(pack: string): Promise<void>;
  /** Removes what a killed process wrote and no row names. Only before the first write. */
  sweep(named: ReadonlySet<string>): Promise<void>;
}

const compress = promisify(gzip);
const PLAIN = 0;
const GZIP = 1;

/** Compresses where it helps, on another thread: a large document takes longer than the event loop may be held up. The first byte says which it is. */
async function squeeze(body: Uint8Array): Promise<Uint8Array> {
  if (body.length > 200) {
    const squeezed = await compress(body, { level: 5 });
    if (squeezed.length < 0.9 * body.length) return Buffer.concat([Uint8Array.of(GZIP), squeezed]);
  }
  return Buffer.concat([Uint8Array.of(PLAIN), body]);
}

/** Expands at once: that takes less than handing the work to another thread does. */
function expand(bytes: Uint8Array): Uint8Array {
  return bytes[0] === GZIP ? gunzipSync(bytes.subarray(1)) : Uint8Array.from(bytes.subarray(1));
}

/** The packs that belong to a session's database: `loadcast.packs` beside `loadcast.duckdb`. */
export function packsOf({ file }: Session): Packs {
  return file === ":memory:" ? memoryPacks() : folderPacks(file.replace(/\.\w+$/, ".packs"));
}

/** Each compression holds 0.3 MB, and the disk takes one sync after the other anyway. */
const inLane = lanes(4);

function folderPacks(folder: string): Packs {
  const failed = (doing: string, error: unknown): AdapterError => {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" ? "the file is gone; restore it" : message;
    // Errors of the file system have a code; the others are about what the file holds.
    const broken = code === undefined || code === "ENOENT" || code.startsWith("Z_");
    return new AdapterError(NAME, `${doing} in ${folder} failed: ${reason}`, {
      code: broken ? "INVALID_DATA" : "UNAVAILABLE",
      cause: error,
    });
  };
  const readAt = async (pack: string, { at, size }: Place): Promise<Uint8Array> =>
    withFile(join(folder, pack), "r", async (file) => {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(size), 0, size, at);
      if (bytesRead < size) throw new Error("the file is too short; restore it");
      return buffer;
    });
  return {
    write: (bodies) =>
      inLane(async () => {
        const pack = `${Date.now().toString(36)}-${randomBytes(6).toString("hex")}`;
        const { parts, places } = await layOut(bodies);
        try {
          await mkdir(folder, { recursive: true });
          await withFile(join(folder, pack), "wx", async (file) => {
            await file.writeFile(Buffer.concat(parts));
            await file.sync(); // of a new file, its entry in the folder as well (ext4, XFS)
          });
          return { pack, places };
        } catch (error) {
          await rm(join(folder, pack), { force: true }).catch(() => undefined);
          throw failed("writing a model", error);
        }
      }),
    async read(pack, place) {
      try {
        return expand(await readAt(pack, place));
      } catch (error) {
        throw failed(`reading ${pack}`, error);
      }
    },
    async readPacked(pack, place) {
      try {
        return (await readAt(pack, place)).subarray(1);
      } catch (error) {
        throw failed(`reading ${pack}`, error);
      }
    },
    async remove(pack) {
      // What cannot be removed now is swept at the next start.
      await rm(join(folder, pack), { force: true }).catch(() => undefined);
    },
    async sweep(named) {
      for (const pack of await readdir(folder).catch(() => [])) {
        if (!named.has(pack)) await rm(join(folder, pack), { force: true }).catch(() => undefined);
      }
    },
  };
}

function memoryPacks(): Packs {
  const memory = new Map<string, Uint8Array>();
  let last = 0;
  return {
    async write(bodies) {
      const { parts, places } = await layOut(bodies);
      const pack = String(++last);
      memory.set(pack, Buffer.concat(parts));
      return { pack, places };
    },
    read: async (pack, { at, size }) => expand((memory.get(pack) as Uint8Array).subarray(at, at + size)),
    readPacked: async (pack, { at, size }) => (memory.get(pack) as Uint8Array).slice(at + 1, at + size),
    async remove(pack) {
      memory.delete(pack);
    },
    async sweep() {},
  };
}

async function layOut(bodies: readonly Uint8Array[]): Promise<{ parts: Uint8Array[]; places: Place[] }> {
  const parts: Uint8Array[] = [];
  const places: Place[] = [];
  let at = 0;
  for (const body of bodies) {
    const part = await squeeze(body);
    parts.push(part);
    places.push({ at, size: part.length });
    at += part.length;
  }
  return { parts, places };
}

async function withFile<T>(path: string, flags: string, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}
