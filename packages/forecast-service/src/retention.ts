import type { MetricStore, ModelRegistry, PruneReport, RegistryPruneReport } from "@loadcast/metrics-io";
import type { Config } from "./config.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How often the store is tidied, and when in the hour: not together with a round of forecasts or trainings. */
export const TIDY = { every: HOUR, offset: 32 * 60_000 + 30_000 };

/** Every forecast is kept for so long, then the first of each hour. A round for 2,000 series is 3 MB. */
const ALL_FORECASTS = 6 * HOUR;
/** The first forecasts of the hours. */
const HOURLY_FORECASTS = 30 * DAY;

/** What went. */
export interface Tidied extends PruneReport {
  readonly models: RegistryPruneReport;
  /** Ids of series that had nothing left and are forgotten, with their models. */
  readonly series: readonly string[];
}

/**
 * Lets go of what `retention` says: failed trainings and versions that nothing needs are deleted with what they left behind, samples become
 * means of 5 minutes, means and anomalies are deleted, forecasts are thinned and deleted. Limits of samples lie at midnight (UTC): a day
 * is then one piece of work, and what is left of it one block. A series whose last value is gone is forgotten, with its models.
 */
export async function tidy(
  store: Pick<MetricStore, "prune" | "listSeries" | "forgetEmpty">,
  registry: Pick<ModelRegistry, "prune">,
  { raw, downsampled, versions, runs }: Config["retention"],
  now: number,
  signal?: AbortSignal,
): Promise<Tidied> {
  const midnight = (time: number) => Math.floor(time / DAY) * DAY;
  const options = signal ? { signal } : {};
  const report = {
    models: (await registry.prune?.({ versions, runsBefore: now - runs }, options)) ?? { runs: 0, versions: 0 },
    // After the registry, because it gives the space of both back to the disk.
    ...(await store.prune(
      {
        samplesBefore: midnight(now - raw),
        downsampledBefore: midnight(now - downsampled),
        forecastsThinnedBefore: now - ALL_FORECASTS,
        forecastsBefore: now - HOURLY_FORECASTS,
      },
      options,
    )),
  };
  // Models before their series: where this is cut off, the next run finds the series and goes on.
  const gone = (await store.listSeries()).filter(({ count }) => count === 0).map(({ id }) => id);
  if (gone.length === 0) return { ...report, series: [] };
  await registry.prune?.({ models: gone }, options);
  return { ...report, series: await store.forgetEmpty() };
}
