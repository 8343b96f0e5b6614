/** History and forecast on one time axis, column by column, as the chart draws them. */
import type { ForecastStep, HistoryResponse, StoredForecastResponse } from "../../../src/http/contract.js";
import type { Unit } from "../format.js";

/** `undefined`: this row belongs to the other half, the line passes. `null`: a measured gap, the line breaks. */
export type Column = (number | null | undefined)[];

export interface Timeline {
  /** Seconds since 1970, ascending. All columns have this length. */
  readonly x: number[];
  readonly observed: Column;
  readonly median: Column;
  readonly lower80: Column;
  readonly upper80: Column;
  readonly lower95: Column;
  readonly upper95: Column;
  /** Forecasts made before, at the time they were about. */
  readonly past: Column;
  readonly pastLower: Column;
  readonly pastUpper: Column;
  /** Row where bands and median are tied to the last observation before the first step; −1 where there is none. */
  readonly anchor: number;
  /** Stretches without a value, from the last value before to the first one after, in seconds. */
  readonly gaps: readonly (readonly [from: number, to: number])[];
}

export interface Step {
  readonly at: number; // milliseconds
  readonly median: number;
  readonly range80: readonly [number, number] | null;
  readonly range95: readonly [number, number] | null;
}

/**
 * The steps of a stored forecast with absolute times. A percentage lies in [0, 100]: cutting an interval there loses
 * no coverage, and a band of −8 to 112 % would tell nobody anything.
 */
export function forecastSteps(
  stored: Pick<StoredForecastResponse, "issuedAt" | "stepSeconds" | "forecast">,
  unit: Unit,
): Step[] {
  const issued = Date.parse(stored.issuedAt);
  const bound = (value: number) => (unit === "percent" ? Math.min(100, Math.max(0, value)) : value);
  const range = (step: ForecastStep, percent: number): [number, number] | null => {
    // Levels are fractions or per cent, depending on who asked for the forecast.
    const found = step.intervals.find(
      ({ level }) => Math.abs(level - percent) < 1e-6 || Math.abs(level * 100 - percent) < 1e-6,
    );
    return found ? [bound(found.lower), bound(found.upper)] : null;
  };
  return stored.forecast.map((step) => ({
    at: step.time === undefined ? issued + step.step * stored.stepSeconds * 1000 : Date.parse(step.time),
    median: bound(step.median),
    range80: range(step, 80),
    range95: range(step, 95),
  }));
}

/** Joins them. Times that only one of them has stay open in the columns of the others. */
export function joinTimeline(history: HistoryResponse, steps: readonly Step[], past: readonly Step[] = []): Timeline {
  const observedAt = new Map<number, number | null>();
  for (const point of history.points) observedAt.set(Date.parse(point.time) / 1000, point.value);
  const stepAt = new Map<number, Step>();
  for (const step of steps) stepAt.set(step.at / 1000, step);
  const pastAt = new Map<number, Step>();
  for (const step of past) pastAt.set(step.at / 1000, step);

  const x = [...new Set([...observedAt.keys(), ...stepAt.keys(), ...pastAt.keys()])].sort((a, b) => a - b);
  const holes = holesOf(past);
  const pastColumn = (pick: (step: Step) => number | undefined): Column =>
    x.map((time) => {
      const step = pastAt.get(time);
      if (step) return pick(step);
      return holes.some(([from, to]) => time > from && time < to) ? null : undefined;
    });
  const anchor = findAnchor(x, observedAt, steps, history.stepSeconds);
  const column = (pick: (step: Step) => number | undefined): Column =>
    x.map((time, row) => {
      const step = stepAt.get(time);
      if (step) return pick(step);
      return row === anchor ? observedAt.get(time) : undefined;
    });

  return {
    x,
    observed: x.map((time) => observedAt.get(time)),
    median: column((step) => step.median),
    lower80: column((step) => step.range80?.[0]),
    upper80: column((step) => step.range80?.[1]),
    lower95: column((step) => step.range95?.[0]),
    upper95: column((step) => step.range95?.[1]),
    past: pastColumn((step) => step.median),
    pastLower: pastColumn((step) => step.range80?.[0]),
    pastUpper: pastColumn((step) => step.range80?.[1]),
    anchor,
    gaps: findGaps(history),
  };
}

/** The observation the forecast grew from: the last one before its first step, if it is not long before. */
function findAnchor(
  x: readonly number[],
  observedAt: Map<number, number | null>,
  steps: readonly Step[],
  historyStep: number,
): number {
  if (steps.length < 2) return -1;
  const first = steps[0].at / 1000;
  const patience = 3 * Math.max((steps[1].at - steps[0].at) / 1000, historyStep);
  for (let row = x.length - 1; row >= 0; row--) {
    const time = x[row];
    if (time >= first) continue;
    if (time < first - patience) return -1;
    if (typeof observedAt.get(time) === "number") return row;
  }
  return -1;
}

/** Where no forecast was made for longer than usual, in seconds: the line must not bridge that. */
function holesOf(past: readonly Step[]): [number, number][] {
  const distances = past.slice(1).map((step, place) => step.at - past[place].at);
  const usual = [...distances].sort((a, b) => a - b)[distances.length >> 1] ?? 0;
  return distances.flatMap((distance, place) =>
    distance > 3 * usual ? [[past[place].at / 1000, past[place + 1].at / 1000] as [number, number]] : [],
  );
}

/** Nothing is a gap before the first value; after the last one, only what is longer than an ordinary delay. */
function findGaps(history: HistoryResponse): [number, number][] {
  const gaps: [number, number][] = [];
  const patience = 3 * history.stepSeconds;
  let previous: number | null = null;
  for (const point of history.points) {
    if (point.value === null) continue;
    const time = Date.parse(point.time) / 1000;
    if (previous !== null && time - previous > history.stepSeconds * 1.5) gaps.push([previous, time]);
    previous = time;
  }
  const end = Date.parse(history.to) / 1000;
  if (previous !== null && end - previous > patience) gaps.push([previous, end]);
  return gaps;
}
