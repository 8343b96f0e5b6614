/** The exact values at one time, as rows and as a sentence. */
import type { Timeline } from "../forecast/timeline.js";
import { formatDayClock, formatSpan, formatUtc, formatValue, type Unit } from "../format.js";

export interface ReadoutRow {
  readonly key: "observed" | "median" | "range80" | "range95";
  readonly name: string;
  readonly value: string;
}

export interface Readout {
  readonly time: string;
  readonly utc: string;
  readonly rows: readonly ReadoutRow[];
  readonly spoken: string;
}

export function readout({ timeline, unit }: { timeline: Timeline; unit: Unit }, row: number): Readout {
  const rows: ReadoutRow[] = [];
  const observed = timeline.observed[row];
  if (typeof observed === "number") {
    rows.push({ key: "observed", name: "Observed", value: formatValue(observed, unit) });
  }
  const median = timeline.median[row];
  // At the anchor the forecast is only drawn, not made.
  if (typeof median === "number" && row !== timeline.anchor) {
    rows.push({ key: "median", name: "Median", value: formatValue(median, unit) });
    const range = (key: "range80" | "range95", name: string, lower: unknown, upper: unknown) => {
      if (typeof lower !== "number" || typeof upper !== "number") return;
      rows.push({ key, name, value: formatSpan(lower, upper, unit) });
    };
    range("range80", "80 % range", timeline.lower80[row], timeline.upper80[row]);
    range("range95", "95 % range", timeline.lower95[row], timeline.upper95[row]);
  }
  const at = timeline.x[row] * 1000;
  const time = formatDayClock(at);
  return {
    time,
    utc: formatUtc(at),
    rows,
    spoken: `${time}: ${rows.map(({ name, value }) => `${name} ${value}`).join(", ")}`,
  };
}
