import { once } from "node:events";
import { createWriteStream, renameSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { describeError, LoadcastError } from "../errors.js";

/**
 * Has a file written, and puts it where it belongs once it is whole: what stood there before stays until then, and nobody takes half a file for
 * all of it. Devices and pipes are written as they are.
 *
 * @param write is given the name to write to
 * @throws LoadcastError `CANNOT_WRITE`, or whatever `write` throws
 */
export async function wholeFile<T>(file: string, write: (name: string) => Promise<T>): Promise<T> {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there?.isDirectory()) throw new LoadcastError("CANNOT_WRITE", `${file} cannot be written: it is a folder`);
  const direct = there !== undefined && !there.isFile();
  const name = direct ? file : join(dirname(file), `.${basename(file)}.${process.pid}.part`);
  try {
    const result = await write(name);
    if (!direct) renameSync(name, file);
    return result;
  } catch (error) {
    if (!direct) rmSync(name, { force: true });
    throw explainWrite(file, error);
  }
}

/** The same of a stream. It ends in the file when `write` is done. */
export function streamFile<T>(file: string, write: (stream: Writable) => Promise<T>): Promise<T> {
  return wholeFile(file, async (name) => {
    const stream = createWriteStream(name);
    const ended = finished(stream);
    // Waited for below; until then its failure is `write`'s, which meets it at the next row.
    ended.catch(() => {});
    try {
      return await write(stream);
    } finally {
      stream.end();
      await ended;
    }
  });
}

/** Hands a piece over, and waits where the reader is slow. @throws what the stream ended with */
export async function writePiece(stream: Writable, text: string): Promise<void> {
  if (stream.errored) throw stream.errored;
  if (text !== "" && !stream.write(text)) await once(stream, "drain");
}

/** The same of a text that is there already. */
export function writeTextFile(file: string, text: string): Promise<void> {
  return wholeFile(file, (name) => writeFile(name, text));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "there is no such folder",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "it is on a read-only disk",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EISDIR: "it is a folder",
};

function explainWrite(file: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof LoadcastError || syscall === undefined) return error;
  const reason = REASONS[code ?? ""] ?? describeError(error);
  return new LoadcastError("CANNOT_WRITE", `${file} cannot be written: ${reason}`, { cause: error });
}
