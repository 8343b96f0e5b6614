import { type MetricSource, resample, type SeriesInfo, type SeriesKey } from "@loadcast/metrics-io";
import { type Outside, withinBounds } from "../bounds.js";
import type { RegularSeries } from "../regular-series.js";
import { type Bounds, STEP, STEP_MILLIS } from "../settings.js";

/** The recent past of one series on its regular grid, up to the last bucket that is complete. */
export interface Ingested extends RegularSeries, SeriesKey {
  readonly id: string;
  readonly synthetic: boolean;
  readonly start: number;
  readonly step: typeof STEP;
  /** Bucket means that hold at least one sample. */
  readonly observed: number;
  /** Samples that the bounds call impossible, which are in no mean; null where there are none. */
  readonly outside: Outside | null;
}

/**
 * Step 1: reads the last `history` milliseconds of a series and puts them on the 5-minute grid. The grid begins with the first sample in
 * that range and ends before the bucket that `now` lies in, because more samples of it are still to come.
 */
export async function ingest(
  source: MetricSource,
  series: Pick<SeriesInfo, "id" | "host" | "metric" | "synthetic">,
  { now, history, bounds = null }: { now: number; history: number; bounds?: Bounds | null },
): Promise<Ingested> {
  const read = await source.read(series, { from: now - history, to: now });
  const { samples, outside } = withinBounds(read, bounds);
  const grid = resample(samples, {
    stepSeconds: STEP_MILLIS / 1000,
    ...(samples.times.length > 0 ? { from: samples.times[0] } : { from: now }),
    to: now,
    completeAt: now,
  });
  let observed = 0;
  for (const value of grid.values) if (!Number.isNaN(value)) observed++;
  return {
    host: series.host,
    metric: series.metric,
    id: series.id,
    synthetic: series.synthetic,
    values: grid.values,
    start: grid.times[0] ?? Math.floor(now / STEP_MILLIS) * STEP_MILLIS,
    step: STEP,
    observed,
    outside:
      outside.times.length === 0 || bounds === null
        ? null
        : {
            count: outside.times.length,
            last: { time: outside.times[outside.times.length - 1], value: outside.values[outside.values.length - 1] },
            bounds,
          },
  };
}
