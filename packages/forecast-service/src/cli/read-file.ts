import { readFile } from "node:fs/promises";
import { text as readStream } from "node:stream/consumers";
import { LoadcastError } from "../errors.js";

/** What a file is called in messages. */
export const nameOf = (file: string) => (file === "-" ? "standard input" : file);

/** The text of a file; of standard input for "-". @throws LoadcastError `CANNOT_READ` with the reason */
export async function readText(file: string): Promise<string> {
  try {
    return file === "-" ? await readStream(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reasons: Record<string, string> = {
      ENOENT: "there is no such file",
      EISDIR: "it is a folder",
      EACCES: "this user may not read it",
      ERR_STRING_TOO_LONG: "it has more than 512 MB; split it, or use Parquet",
      ERR_FS_FILE_TOO_LARGE: "it has more than 2 GB; split it, or use Parquet",
    };
    throw new LoadcastError("CANNOT_READ", `${nameOf(file)} cannot be read: ${reasons[code ?? ""] ?? code}`, {
      cause: error,
    });
  }
}
