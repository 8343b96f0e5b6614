const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** "15s", "5m", "1.5h", "7d" or a number of seconds → milliseconds; null when it is none of these. */
export function parseDuration(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) && value > 0 ? Math.round(value * 1000) : null;
  if (typeof value !== "string") return null;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)?\s*$/i.exec(value);
  if (!match) return null;
  const millis = Math.round(Number(match[1]) * (UNITS[(match[2] ?? "s").toLowerCase()] as number));
  return millis > 0 && Number.isSafeInteger(millis) ? millis : null;
}

/** The two largest units that say something: "2 h 10 min", "45 s". */
export function formatDuration(millis: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(millis / 1000));
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["min", 60],
    ["s", 1],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0 s";
}
