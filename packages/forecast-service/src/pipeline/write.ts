import type { MetricSink, StoredForecast } from "@loadcast/metrics-io";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { LEVELS } from "../settings.js";

/**
 * Step 7: writes a forecast to the store and to every sink. The store must take it; a sink that fails is named once and never stops the
 * others. Sinks get the levels that people see, the store those the monitor needs as well.
 */
export function writer(options: { store: Pick<MetricSink, "writeForecast">; sinks: readonly MetricSink[]; log: Log }) {
  const { store, sinks, log } = options;
  const failing = new Map<string, string>();
  return async (forecast: StoredForecast): Promise<void> => {
    const shown = shownLevels(forecast);
    await Promise.all([
      store.writeForecast(forecast),
      ...sinks.map(async (sink) => {
        try {
          await sink.writeForecast(shown);
          if (failing.delete(sink.name)) log.info(`${sink.name} takes forecasts again`);
        } catch (error) {
          const reason = describeError(error);
          if (failing.get(sink.name) !== reason) log.warn(`${sink.name} does not take forecasts: ${reason}`);
          failing.set(sink.name, reason);
        }
      }),
    ]);
  };
}

/** Without the interval that only the monitor looks at. */
export function shownLevels(forecast: StoredForecast): StoredForecast {
  return { ...forecast, intervals: forecast.intervals.filter(({ level }) => LEVELS.includes(level)) };
}
