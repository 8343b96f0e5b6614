import { type Bounds, boundsOf } from "../settings.js";
import { fits } from "./pattern.js";
import type { Config, ModelKind } from "./schema.js";

/** What holds for one series once all entries of `series` are applied. */
export interface SeriesSettings {
  readonly ignore: boolean;
  readonly model: ModelKind;
  /** Milliseconds of history a model is trained on. */
  readonly history: number;
  /** The limit whose crossing is forecast; null where there is none. */
  readonly threshold: number | null;
  readonly bounds: Bounds | null;
}

/** The settings of one series: the general ones, changed by each entry of `series` that fits, in their order. */
export function seriesSettings(
  config: Pick<Config, "training" | "thresholds" | "series">,
  { host, metric }: { readonly host: string; readonly metric: string },
): SeriesSettings {
  const settings = {
    ignore: false,
    model: config.training.model,
    history: config.training.history,
    threshold: Object.hasOwn(config.thresholds, metric) ? config.thresholds[metric] : null,
    bounds: boundsOf(metric),
  };
  for (const { match, ...changes } of config.series) {
    if (!fits(match.host ?? [], host) || !fits(match.metric ?? [], metric)) continue;
    for (const [key, value] of Object.entries(changes)) {
      if (value !== undefined) Object.assign(settings, { [key]: value });
    }
  }
  return settings;
}
