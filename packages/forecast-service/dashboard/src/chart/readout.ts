/** The exact values at one time, as rows and as a sentence. */
import type { Anomaly } from "../forecast/anomaly.js";
import type { Timeline } from "../forecast/timeline.js";
import { formatDate, formatDayClock, formatSpan, formatUtc, formatValue, type Unit } from "../format.js";

export interface ReadoutRow {
  readonly key: "observed" | "anomaly" | "median" | "range80" | "range95" | "past" | "past80";
  readonly name: string;
  readonly value: string;
}

export interface Readout {
  readonly time: string;
  readonly utc: string | null;
  readonly rows: readonly ReadoutRow[];
  readonly spoken: string;
}

export interface Readable {
  readonly timeline: Timeline;
  readonly unit: Unit;
  readonly anomalies: readonly Anomaly[];
  /** What the forecasts made before are called, such as `Forecast 1 h before`. */
  readonly pastName?: string;
  readonly timeZone?: string;
}

/** Seconds. */
const DAY = 86_400;

export function readout(
  { timeline, unit, anomalies, pastName = "Earlier forecast", timeZone }: Readable,
  row: number,
): Readout {
  const rows: ReadoutRow[] = [];
  const observed = timeline.observed[row];
  if (typeof observed === "number") {
    rows.push({ key: "observed", name: "Observed", value: formatValue(observed, unit) });
  }
  const anomaly = anomalies.find(({ at }) => at === timeline.x[row] * 1000);
  if (anomaly) {
    rows.push({ key: "anomaly", name: "Unusual, expected", value: formatSpan(anomaly.lower, anomaly.upper, unit) });
  }
  const past = timeline.past[row];
  if (typeof past === "number") {
    rows.push({ key: "past", name: pastName, value: formatValue(past, unit) });
    const [lower, upper] = [timeline.pastLower[row], timeline.pastUpper[row]];
    if (typeof lower === "number" && typeof upper === "number") {
      rows.push({ key: "past80", name: "its 80 % range", value: formatSpan(lower, upper, unit) });
    }
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
  const days = timeline.x.length > 1 && timeline.x[1] - timeline.x[0] >= DAY;
  const time = days && timeZone !== undefined ? formatDate(at, timeZone) : formatDayClock(at, timeZone);
  return {
    time,
    // What is shown as it was written names no moment.
    utc: timeZone === undefined ? formatUtc(at) : null,
    rows,
    spoken: `${time}: ${rows.map(({ name, value }) => `${name} ${value}`).join(", ")}`,
  };
}
