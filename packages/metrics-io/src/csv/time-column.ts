import { quote } from "./rows.js";
import { epochUnit, type ParsedTime, parseTime } from "./time.js";

/** The times of one column: all of them dates, or all of them counts since 1970, whose unit the largest tells. */
export interface TimeColumn {
  /** Takes the next field. What is wrong with it, in words; null where nothing is. */
  take(field: string): string | null;
  /** Milliseconds since 1970, as they were taken. */
  times(): Float64Array;
}

/** `name` is that of the column: where it is `year`, 2026 is a year, else a count of seconds. */
export function timeColumn(name: string, read: (field: string) => ParsedTime | null = parseTime): TimeColumn {
  const taken: number[] = [];
  const years = name.toLowerCase() === "year";
  let counts: boolean | null = null;
  let largest = 0;
  return {
    take(field) {
      const time = read(years && /^\d{4}$/.test(field) ? `${field}-01` : field);
      if (time === null) return `${quote(field)} is not a time; write 2026-01-31T12:00:00Z or seconds since 1970`;
      const isCount = "epoch" in time;
      counts ??= isCount;
      if (isCount !== counts) return "times are dates in some rows and numbers in others";
      const at = isCount ? time.epoch : time.millis;
      largest = Math.max(largest, Math.abs(at));
      taken.push(at);
      return null;
    },
    times() {
      const unit = counts ? epochUnit(largest) : 1;
      return Float64Array.from(taken, (at) => Math.round(at * unit));
    },
  };
}
