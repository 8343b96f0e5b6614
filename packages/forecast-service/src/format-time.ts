export type TimeStyle = "year" | "month" | "day" | "minute" | "second";

/** The shortest way of writing times that tells all of these apart. */
export function timeStyle(times: readonly number[]): TimeStyle {
  const every = (test: (date: Date) => boolean) => times.every((time) => test(new Date(time)));
  if (!every((date) => date.getUTCMilliseconds() === 0 && date.getUTCSeconds() === 0)) {
    // A collector that samples at :46 past is at minutes all the same: its seconds say nothing.
    const seconds = new Set(times.map((time) => Math.floor(time / 1000) % 60));
    if (seconds.size > 1) return "second";
  }
  if (!every((date) => date.getUTCHours() === 0 && date.getUTCMinutes() === 0)) return "minute";
  if (!every((date) => date.getUTCDate() === 1)) return "day";
  return every((date) => date.getUTCMonth() === 0) ? "year" : "month";
}

const LENGTHS: Record<TimeStyle, number> = { year: 4, month: 7, day: 10, minute: 16, second: 19 };

/** "2026-11-23 14:05", in UTC. */
export function formatTime(time: number, style: TimeStyle): string {
  return new Date(time).toISOString().replace("T", " ").slice(0, LENGTHS[style]);
}
