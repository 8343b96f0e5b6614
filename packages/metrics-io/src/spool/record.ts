import { AdapterError } from "../errors.js";
import type { EpochMillis, StoredForecast } from "../types.js";

export const NAME = "spool";

/** One accepted forecast as it is kept: what a line of a spool file says. */
export interface SpoolRecord {
  /** Rises by one with every forecast accepted, over restarts too. */
  readonly number: number;
  readonly acceptedAt: EpochMillis;
  /** The forecast, see {@link encodeForecast}. */
  readonly text: string;
}

/** A record as a line: its checksum, number and time, then the forecast. Every byte after the checksum is covered by it. */
export function encodeRecord({ number, acceptedAt, text }: SpoolRecord): string {
  const body = `${number} ${acceptedAt} ${text}`;
  return `${checksum(Buffer.from(body))} ${body}\n`;
}

/** The record of a line without its newline; null when a byte of it is not as it was written. */
export function decodeRecord(line: Buffer): SpoolRecord | null {
  if (line.length < 9 || line[8] !== 0x20) return null;
  const body = line.subarray(9);
  if (line.toString("latin1", 0, 8) !== checksum(body)) return null;
  const parts = /^(\d+) (\d+) (.*)$/s.exec(body.toString("utf8"));
  return parts === null ? null : { number: Number(parts[1]), acceptedAt: Number(parts[2]), text: parts[3] };
}

/** JSON has no NaN and no Infinity: they become texts, which no column has otherwise. */
export function encodeForecast(forecast: StoredForecast): string {
  const { mean, median, intervals } = forecast;
  const columns = [mean, median, ...intervals.flatMap(({ lower, upper }) => [lower, upper])];
  // A function that looks at every number takes five times as long, and is needed seldom.
  if (columns.every((column) => column.every(Number.isFinite))) return JSON.stringify(forecast);
  return JSON.stringify(forecast, (_, value) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
}

/** Throws AdapterError (INVALID_DATA) for what `encodeForecast` has not written. */
export function decodeForecast(text: string): StoredForecast {
  try {
    const { intervals, ...forecast } = JSON.parse(text) as StoredForecast;
    const numbers = (column: readonly unknown[]) => column.map(Number);
    return {
      ...forecast,
      times: numbers(forecast.times),
      mean: numbers(forecast.mean),
      median: numbers(forecast.median),
      intervals: intervals.map(({ level, lower, upper }) => ({ level, lower: numbers(lower), upper: numbers(upper) })),
    };
  } catch (error) {
    throw new AdapterError(NAME, "a forecast that was kept cannot be read any more", {
      code: "INVALID_DATA",
      cause: error,
    });
  }
}

/** CRC-32 (ISO 3309) in eight hexadecimal digits. Node has its own from 20.15 on only. */
function checksum(bytes: Uint8Array): string {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
