/** What to ask for when nobody says: from the spacing of the values. */
import type { ReadSeries } from "./contract.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Seasons in steps that such data usually have and that the series is long enough to show, shortest first. */
export function usualPeriods(series: ReadSeries): number[] {
  const { months, stepMillis, values } = series;
  const fits = (period: number) =>
    Number.isInteger(period) && period > 1 && period <= 5000 && values.length >= 2 * period;
  if (months !== null) return [12 / months].filter(fits);
  if (stepMillis >= DAY) return [(7 * DAY) / stepMillis].filter(fits);
  return [HOUR / stepMillis, DAY / stepMillis, (7 * DAY) / stepMillis].filter(fits).slice(0, 2);
}

/** A search takes seconds with so many values, and minutes with twice as many. */
const ENOUGH = 10_000;

/** All values, or the latest of a great many. */
export function usualLatest({ values }: Pick<ReadSeries, "values">): number {
  return Math.min(values.length, ENOUGH);
}

/** Four hours of fine data, a day of hourly data, two seasons of others. */
export function usualHorizon(series: ReadSeries): number {
  const { stepMillis, months } = series;
  if (months === null && stepMillis <= HOUR / 4)
    return Math.max(12, Math.min(240, Math.round((4 * HOUR) / stepMillis)));
  if (months === null && stepMillis <= HOUR) return 24;
  const [period = 6] = usualPeriods(series);
  return Math.max(12, 2 * period);
}

/** A percentage by its name and its values stays between empty and full; of other values nothing is known. */
export function usualBounds({ columns, values }: Pick<ReadSeries, "columns" | "values">): readonly [string, string] {
  const percent = /(percent|pct|%)$/i.test(columns.value.trim());
  return percent && values.every((value) => !(value < 0 || value > 100)) ? ["0", "100"] : ["", ""];
}

/** `12, 288` → [12, 288]; null for what is no list of whole numbers above 1. */
export function parsePeriods(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== "");
  const periods = parts.map(Number);
  if (!periods.every((period) => Number.isInteger(period) && period > 1 && period <= 5000)) return null;
  return [...new Set(periods)].sort((a, b) => a - b);
}

/** `5 min`, `1 month`, `3 months`: the length of some steps, one where nothing else is said. */
export function stepWords(series: Pick<ReadSeries, "months" | "stepMillis">, steps = 1): string {
  const months = series.months === null ? null : series.months * steps;
  const stepMillis = series.stepMillis * steps;
  if (months !== null)
    return months === 1
      ? "1 month"
      : months === 12
        ? "1 year"
        : months % 12 === 0
          ? `${months / 12} years`
          : `${months} months`;
  if (stepMillis % DAY === 0) return stepMillis === DAY ? "1 day" : `${stepMillis / DAY} days`;
  if (stepMillis % HOUR === 0) return stepMillis === HOUR ? "1 hour" : `${stepMillis / HOUR} hours`;
  return stepMillis % 60_000 === 0 ? `${stepMillis / 60_000} min` : `${stepMillis / 1000} s`;
}

/**
 * Days and months are written without an hour: they mean the same date everywhere, so they are shown as written. So are hours
 * without a zone.
 */
export function zoneOf({
  months,
  stepMillis,
  zoned,
}: Pick<ReadSeries, "months" | "stepMillis" | "zoned">): "UTC" | undefined {
  return months !== null || stepMillis >= DAY || !zoned ? "UTC" : undefined;
}
