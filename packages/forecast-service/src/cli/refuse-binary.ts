import { LoadcastError, usageError } from "../errors.js";

/** How files begin that people give by mistake, and what to do about each. */
const KINDS: readonly (readonly [begin: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], "is compressed with gzip: unpack it first (gunzip)"],
  [[0x28, 0xb5, 0x2f, 0xfd], "is compressed with zstd: unpack it first (unzstd)"],
  [[0x42, 0x5a, 0x68], "is compressed with bzip2: unpack it first (bunzip2)"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], "is compressed with xz: unpack it first (unxz)"],
  [[0x50, 0x4b, 0x03, 0x04], "is a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV"],
];
const PARQUET = [0x50, 0x41, 0x52, 0x31];
/** No text has a NUL, apart from UTF-16, which says so with a mark in front. */
const LOOKED_AT = 4096;

/**
 * Refuses what is no text by its first bytes: its "columns" would be noise on somebody's terminal.
 *
 * @throws LoadcastError `CANNOT_READ`; `USAGE` for a Parquet file
 */
export function refuseBinary(name: string, bytes: Uint8Array): void {
  const begins = (begin: readonly number[]) => begin.every((byte, i) => bytes[i] === byte);
  if (begins(PARQUET)) {
    throw usageError(
      `${name} is a Parquet file; a CSV of times and values is needed (loadcast import takes both, Parquet where the name ends in .parquet)`,
    );
  }
  const kind = KINDS.find(([begin]) => begins(begin));
  if (kind) throw new LoadcastError("CANNOT_READ", `${name} ${kind[1]}`);
  if (begins([0xff, 0xfe]) || begins([0xfe, 0xff])) return;
  if (bytes.subarray(0, LOOKED_AT).includes(0)) {
    throw new LoadcastError("CANNOT_READ", `${name} is no text (it has NUL bytes): save it as CSV in UTF-8`);
  }
}
