import { type ParsedTime, parseTime } from "../time.js";

/** `30.11.2026 14:00`, `11/30/2026 2:05:30 PM` */
const SHORT =
  /^(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:,?[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*([ap])?\.?(?:m\.?)?)?$/i;
const ZONE = /(?:Z|UTC|[+-]\d{2}(?::?\d{2})?)$/i;

export interface DateReader {
  /** Null for what is no time. */
  read(text: string): ParsedTime | null;
  /** An offset or a Z is written: the times are moments, not hours on somebody's wall. */
  readonly zoned: boolean;
  /** Day and month could be either of the two numbers, in every row. */
  readonly ambiguous: boolean;
}

/**
 * Reads the times of one column. Beside what `parseTime` takes: `30.11.2026` (the day first), and `11/30/2026` or `30/11/2026`, told apart
 * by a number above 12 somewhere in the column.
 */
export function dateReader(column: readonly string[]): DateReader {
  let [first, second] = [0, 0];
  let slashes = false;
  for (const text of column) {
    const match = SHORT.exec(text);
    if (match === null || match[2] === ".") continue;
    slashes = true;
    first = Math.max(first, Number(match[1]));
    second = Math.max(second, Number(match[3]));
  }
  const dayFirst = first > 12;
  return {
    read(text) {
      const match = SHORT.exec(text);
      if (match === null) return parseTime(text);
      const [, one, mark, two, year, hour = "0", minute = "00", seconds = "00", half] = match;
      const [day, month] = mark === "." || dayFirst ? [one, two] : [two, one];
      const clock = half === undefined ? hour : String((Number(hour) % 12) + (/p/i.test(half) ? 12 : 0));
      return parseTime(`${year}-${month}-${day} ${clock}:${minute}:${seconds}`);
    },
    zoned: column.length > 0 && (/^[\d.e+]+$/i.test(column[0]) || (column[0].includes(":") && ZONE.test(column[0]))),
    ambiguous: slashes && first <= 12 && second <= 12,
  };
}
