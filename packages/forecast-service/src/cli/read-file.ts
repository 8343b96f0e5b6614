import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { buffer as readBytes } from "node:stream/consumers";
import { LoadcastError } from "../errors.js";
import { refuseBinary } from "./refuse-binary.js";

/** What a file is called in messages. */
export const nameOf = (file: string) => (file === "-" ? "standard input" : file);

/** The text of a file; of standard input for "-". @throws LoadcastError `CANNOT_READ` with the reason */
export async function readText(file: string): Promise<string> {
  try {
    const bytes = file === "-" ? await readBytes(process.stdin) : await readFile(file);
    refuseBinary(nameOf(file), bytes);
    return new TextDecoder(encodingOf(bytes)).decode(bytes);
  } catch (error) {
    throw error instanceof LoadcastError ? error : explainRead(file, error);
  }
}

/** Spreadsheets write UTF-16 as "Unicode text", with a mark in front. */
function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : "utf-8";
}

const PIECE = 2 ** 18;

/**
 * The same in pieces, for files of any size.
 *
 * @param onShare is told how much of a file was read; of standard input nobody knows
 */
export async function* readPieces(file: string, onShare: (share: number) => void = () => {}): AsyncGenerator<string> {
  try {
    const size = file === "-" ? null : (await stat(file)).size;
    const stream = file === "-" ? process.stdin : createReadStream(file, { highWaterMark: PIECE });
    // Characters may lie across two pieces.
    let decoder: InstanceType<typeof TextDecoder> | null = null;
    let read = 0;
    for await (const bytes of stream as AsyncIterable<Buffer>) {
      if (decoder === null) refuseBinary(nameOf(file), bytes);
      decoder ??= new TextDecoder(encodingOf(bytes));
      read += bytes.length;
      yield decoder.decode(bytes, { stream: true });
      if (size) onShare(Math.min(1, read / size));
    }
    if (decoder) yield decoder.decode();
  } catch (error) {
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : explainRead(file, error);
  }
}

function explainRead(file: string, error: unknown): LoadcastError {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Record<string, string> = {
    ENOENT: "there is no such file",
    EISDIR: "it is a folder",
    EACCES: "this user may not read it",
    ERR_STRING_TOO_LONG: "it has more than 512 MB; split it, or import it first",
    ERR_FS_FILE_TOO_LARGE: "it has more than 2 GB; split it, or import it first",
  };
  return new LoadcastError("CANNOT_READ", `${nameOf(file)} cannot be read: ${reasons[code ?? ""] ?? code}`, {
    cause: error,
  });
}
