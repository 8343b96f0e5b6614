import { AdapterError } from "../../errors.js";
import { seriesId } from "../../series.js";
import { checkForecast, levelName } from "../../stored-forecast.js";
import type { EpochMillis, MetricSink, StoredForecast } from "../../types.js";
import { NAME } from "./metric.js";

export interface PrometheusSinkOptions {
  /** How far ahead of now the gauges look. Default 300, 3,600 and 14,400: the labels are "5m", "1h" and "4h". */
  readonly horizonSeconds?: readonly number[];
  /** A forecast older than this is no longer shown. Default 900. */
  readonly staleSeconds?: number;
  /** When it was issued is told for this long, so that an alert can say that forecasts stopped. Default 86,400. */
  readonly forgetSeconds?: number;
  /** Time now, in milliseconds since 1970. */
  readonly clock?: () => EpochMillis;
}

export interface PrometheusSink extends MetricSink {
  /**
   * What a scrape gets, in Prometheus' text format 0.0.4: to be appended to the other metrics of `/metrics`. "" when there is nothing.
   *
   *     loadcast_forecast{host,metric,horizon="5m",estimate="median"|"lower80"|"upper80"|…}
   *     loadcast_forecast_issued_timestamp_seconds{host,metric}
   */
  render(): string;
}

/**
 * Offers the newest forecast of every series as gauges with a `horizon` label. They are stamped with the time of the scrape, as
 * Prometheus wants it: the gauge of horizon "1h" says now what is expected an hour from now, from the step nearest to that time. So
 * `loadcast_forecast{horizon="1h"} offset 1h` is what was expected for now.
 *
 * A horizon that the forecast does not reach is left out, as are values that are not finite. The last step of a forecast also stands
 * for what lies beyond it by less than its age, so that a forecast of 4 h has a "4h" gauge until the next one comes.
 */
export function prometheusSink(options: PrometheusSinkOptions = {}): PrometheusSink {
  const { horizonSeconds = [300, 3600, 14_400], clock = Date.now } = options;
  const { staleSeconds = 900, forgetSeconds = 86_400 } = options;
  for (const [name, value] of [
    ...horizonSeconds.map((value) => ["horizonSeconds", value] as const),
    ["staleSeconds", staleSeconds] as const,
    ["forgetSeconds", forgetSeconds] as const,
  ]) {
    if (!(Number.isFinite(value) && value > 0)) {
      throw new AdapterError(NAME, `${name} must hold positive numbers of seconds, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }
  const horizons = [...new Set(horizonSeconds)].sort((a, b) => a - b);
  const newest = new Map<string, StoredForecast>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the sink is closed; make a new one", { code: "CLOSED" });
  };

  /** Forgets what nobody will see again: hosts come and go for years. */
  const forget = (now: EpochMillis) => {
    for (const [id, { issuedAt }] of newest) if (now - issuedAt > forgetSeconds * 1000) newest.delete(id);
  };

  const take = (forecasts: readonly StoredForecast[]) => {
    checkOpen();
    for (const forecast of forecasts.map((one) => checkForecast(NAME, one))) {
      const id = seriesId(forecast);
      // Delivered again after a crash, an older one may come after a newer.
      if (forecast.issuedAt >= (newest.get(id)?.issuedAt ?? -Infinity)) newest.set(id, forecast);
    }
    forget(clock());
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
    },

    async writeForecast(forecast) {
      take([forecast]);
    },

    async writeForecasts(forecasts) {
      take(forecasts);
    },

    render() {
      checkOpen();
      const now = clock();
      forget(now);
      const series = [...newest.keys()].sort().map((id) => newest.get(id) as StoredForecast);
      const values = series
        .filter(({ issuedAt }) => now - issuedAt <= staleSeconds * 1000)
        .flatMap((forecast) => horizons.flatMap((horizon) => gauges(forecast, horizon, now)));
      const issued = series.map((forecast) => `${ISSUED}{${labels(forecast)}} ${forecast.issuedAt / 1000}`);
      return [
        ...family("loadcast_forecast", "What is expected a horizon from now, by quantile of the forecast.", values),
        ...family(ISSUED, "When the newest forecast of a series was made, in seconds since 1970.", issued),
      ].join("");
    },

    async close() {
      closed = true;
      newest.clear();
    },
  };
}

const ISSUED = "loadcast_forecast_issued_timestamp_seconds";

function family(name: string, help: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  return [`# HELP ${name} ${help}\n# TYPE ${name} gauge\n`, ...lines.map((line) => `${line}\n`)];
}

/** The lines of one forecast and horizon. */
function gauges(forecast: StoredForecast, horizon: number, now: EpochMillis): string[] {
  const step = nearestStep(forecast, now + horizon * 1000, now);
  if (step === null) return [];
  const quantiles: [name: string, value: number][] = [["median", forecast.median[step]]];
  for (const { level, lower, upper } of forecast.intervals) {
    const name = levelName(level);
    quantiles.push([`lower${name}`, lower[step]], [`upper${name}`, upper[step]]);
  }
  return quantiles
    .filter(([, value]) => Number.isFinite(value))
    .map(
      ([name, value]) =>
        `loadcast_forecast{${labels(forecast)},horizon="${durationName(horizon)}",estimate="${name}"} ${value}`,
    );
}

/** The step nearest to a time; null where the forecast does not reach it. Of two equally near the later, which looks no less far ahead. */
function nearestStep({ times, issuedAt }: StoredForecast, time: EpochMillis, now: EpochMillis): number | null {
  const steps = times.length;
  if (steps === 0) return null;
  let after = 0;
  while (after < steps && times[after] < time) after++;
  const width = steps > 1 ? times[1] - times[0] : times[0] - issuedAt;
  // The last step stands for a whole bucket, and the bucket in which the forecast was issued was not yet full: a forecast of four hours
  // ends up to two buckets before four hours from its issue.
  if (after === steps) return time - times[steps - 1] <= 2 * width + Math.max(0, now - issuedAt) ? steps - 1 : null;
  if (after === 0) return times[0] - time <= width ? 0 : null;
  return times[after] - time <= time - times[after - 1] ? after : after - 1;
}

function labels({ host, metric }: StoredForecast): string {
  return `host="${escaped(host)}",metric="${escaped(metric)}"`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

/** 300 → "5m", 5400 → "90m", 86,400 → "1d", 90 → "90s". */
function durationName(seconds: number): string {
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
  ] as const) {
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  }
  return `${seconds}s`;
}
