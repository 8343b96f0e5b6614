const ISO =
  /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?)?$/i;
/** Dots stand only where the day comes first. */
const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/;
const NUMBER = /^[+-]?\d+(\.\d+)?(e[+]?\d+)?$/i;

/** A time as written: a date, known at once, or a count since 1970 whose unit only the whole column tells. */
export type ParsedTime = { readonly millis: number } | { readonly epoch: number };

/**
 * Reads `2014-02-14T14:30:00Z` and what is near it: a space for the T, slashes, no seconds, fractions, an offset such as +01:00, a bare
 * date or month; 14.02.2014 as well. Without an offset it is UTC. Also numbers: a count of seconds or finer units since 1970. Null for
 * everything else, dates that do not exist and orders that can be misread (14/02/2014) included.
 */
export function parseTime(text: string): ParsedTime | null {
  if (NUMBER.test(text)) return { epoch: Number(text) };
  const match = ISO.exec(text.replace(DOTTED, "$3-$2-$1$4"));
  if (match === null) return null;
  const [, year, month, day = "1", hour = "0", minute = "0", second = "0", fraction = "", zone = "Z"] = match;
  const date = new Date(0);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  const millis = date.getTime() + Math.round(Number(`0.${fraction || "0"}`) * 1000);
  return { millis: millis - offsetMinutes(zone) * 60_000 };
}

function offsetMinutes(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0);
  return match[1] === "-" ? -minutes : minutes;
}

/**
 * How many milliseconds one unit of an epoch column is, from its largest value: seconds up to the year 5138, then milliseconds,
 * microseconds, nanoseconds.
 */
export function epochUnit(largest: number): number {
  if (largest < 1e11) return 1000;
  if (largest < 1e14) return 1;
  return largest < 1e17 ? 1e-3 : 1e-6;
}
