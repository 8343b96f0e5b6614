/** Numbers, times and durations as people read them. Times are in the zone of the reader; UTC goes into titles. */
import type { SeriesEntry } from "../../src/http/contract.js";

export type Unit = SeriesEntry["unit"];

const LOCALE = "en-GB"; // 24-hour clock and day before month, whatever the language of the browser

/** A value with its unit: `34.2 %`. A narrow no-break space keeps number and sign together. */
export function formatValue(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return unit === "percent" ? `${formatNumber(value, unit)}\u202f%` : formatNumber(value, unit);
}

/** Powers of a thousand, as machines are counted: kilo stays out, 12,300 is as short and plainer. */
const PREFIXES: readonly [size: number, letter: string][] = [
  [1e18, "E"],
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
];

/** The same without its unit. Percentages have one decimal; other numbers four significant digits: `1,842`, `412.3 G`. */
export function formatNumber(value: number, unit: Unit): string {
  if (unit === "percent") return (Math.abs(value) < 0.05 ? 0 : value).toFixed(1);
  if (value === 0) return "0";
  const size = Math.abs(value);
  // 999,950 has four digits only as a million.
  const [per, letter] = prefixOf(size * 1.00005);
  if (size >= 1e21 || size < 1e-3) return value.toExponential(2);
  const digits = SIGNIFICANT.format(value / per);
  return letter === "" ? digits : `${digits}\u202f${letter}`;
}

/** Errors and losses, in columns: as many digits each time, so that they can be compared. */
export function formatLoss(value: number, digits: number): string {
  return value >= 1e4 ? formatNumber(value, "none") : value.toPrecision(digits);
}

/** What a number of that size is counted in: `[1e6, "M"]`; `[1, ""]` below a million. */
export function prefixOf(size: number): readonly [per: number, letter: string] {
  return PREFIXES.find(([least]) => size >= least) ?? [1, ""];
}

const SIGNIFICANT = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 4 });

/** `20.1–51.9 %` */
export function formatSpan(lower: number, upper: number, unit: Unit): string {
  const [written, to] = [formatNumber(lower, unit), formatValue(upper, unit)];
  // One prefix is enough where both ends have the same.
  const letter = /\u202f[A-Z]$/.exec(written)?.[0];
  const from = letter !== undefined && to.endsWith(letter) ? written.slice(0, -letter.length) : written;
  // Between negative numbers a dash would read as another minus.
  // The word joiner keeps a line from ending in the dash.
  return `${from}${lower < 0 ? " to " : "–\u2060"}${to}`;
}

/** The same in whole percentage points, others in three digits, where there is little room and the second digit says nothing: `20–52 %`. */
export function formatRoughSpan(lower: number, upper: number, unit: Unit): string {
  if (unit !== "percent") return formatSpan(Number(lower.toPrecision(3)), Number(upper.toPrecision(3)), unit);
  return `${Math.round(lower)}–\u2060${Math.round(upper)}\u202f%`;
}

function pattern(options: Intl.DateTimeFormatOptions, timeZone: string | undefined): Intl.DateTimeFormat {
  const key = JSON.stringify([options, timeZone]);
  let format = patterns.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(LOCALE, timeZone === undefined ? options : { ...options, timeZone });
    patterns.set(key, format);
  }
  return format;
}
const patterns = new Map<string, Intl.DateTimeFormat>();

/** `14:20` */
export function formatClock(ms: number, timeZone?: string): string {
  return pattern({ hour: "2-digit", minute: "2-digit" }, timeZone).format(ms);
}

/** `Mon 23 Nov` */
export function formatDay(ms: number, timeZone?: string): string {
  return pattern({ weekday: "short", day: "numeric", month: "short" }, timeZone).format(ms).replace(",", "");
}

/** `23 Nov 2026` */
export function formatDate(ms: number, timeZone?: string): string {
  return pattern({ day: "numeric", month: "short", year: "numeric" }, timeZone).format(ms);
}

/** `Nov 2026` */
export function formatMonth(ms: number, timeZone?: string): string {
  return pattern({ month: "short", year: "numeric" }, timeZone).format(ms);
}

/** `14:20` today, `Tue 02:10` within six days, `Mon 2 Nov 14:20` otherwise. */
export function formatMoment(ms: number, now: number, timeZone?: string): string {
  const clock = formatClock(ms, timeZone);
  if (formatDay(ms, timeZone) === formatDay(now, timeZone) && Math.abs(ms - now) < 86_400_000) return clock;
  if (Math.abs(ms - now) < 6 * 86_400_000) return `${pattern({ weekday: "short" }, timeZone).format(ms)} ${clock}`;
  return `${formatDay(ms, timeZone)} ${clock}`;
}

/** `Mon 23 Nov 14:20` */
export function formatDayClock(ms: number, timeZone?: string): string {
  return `${formatDay(ms, timeZone)} ${formatClock(ms, timeZone)}`;
}

/** `2026-11-23 14:20:05 UTC` */
export function formatUtc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** `Times in Europe/Berlin (GMT+1)`: of whoever looks, at that time. */
export function formatZone(ms: number, timeZone?: string): string {
  const zone = timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const parts = pattern({ timeZoneName: "shortOffset" }, timeZone).formatToParts(ms);
  const offset = parts.find(({ type }) => type === "timeZoneName")?.value ?? "";
  return /^(Etc\/)?(UTC|GMT)$/.test(zone) ? "Times in UTC" : `Times in ${zone.replaceAll("_", " ")} (${offset})`;
}

/** Times of the service's own sentences, `2026-11-23 01:45 UTC`, as the reader's clock has them; `5 %` and `3 h` stay together. */
export function formatSentence(text: string, now: number, timeZone?: string): string {
  return text
    .replace(/(\d{4}-\d\d-\d\d) (\d\d:\d\d) UTC/g, (_, day, clock) =>
      formatMoment(Date.parse(`${day}T${clock}Z`), now, timeZone),
    )
    .replace(/(\d) %/g, "$1\u202f%")
    .replace(/(\d) (s|min|h|d)\b/g, "$1\u00a0$2");
}

/** A length of time in at most two units: `45 s`, `2 min`, `1 h 12 min`, `3 d 4 h`. Negative lengths count as none. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** `just now`, `12 s ago`, `2 min ago`. A time slightly ahead is clock skew, not the future. */
export function formatAge(ms: number): string {
  return ms < 1500 ? "just now" : `${formatDuration(ms)} ago`;
}

/** The same in one unit, where there is room for no more: `5 h ago`. */
export function formatRoughAge(ms: number): string {
  return formatAge(ms).replace(/^(\d+ \w+) .+ ago$/, "$1 ago");
}

/** `in 12 min`, or `any moment now` when the time has come. */
export function formatUntil(ms: number): string {
  return ms < 1000 ? "any moment now" : `in ${formatDuration(ms)}`;
}
