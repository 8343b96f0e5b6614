import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { Catalogue } from "./catalogue.js";
import type { Clock } from "./clock.js";
import { type Fleet, isGone, type SeriesState } from "./fleet.js";
import { toAccuracy } from "./monitor/scores.js";
import type { Scheduler } from "./scheduler.js";
import { outsideOf } from "./tail.js";

/** What the service says of itself and of its forecasts to Prometheus. */
export interface ServiceMetrics {
  readonly registry: Registry;
  trained(result: "promoted" | "kept" | "failed", seconds: number): void;
  /** A batch of series was forecast. */
  inferred(count: number, seconds: number): void;
  anomalous(series: Pick<SeriesState, "host" | "metric">, count: number): void;
  /** Nothing is counted of a series any more, and what was is dropped. */
  forget(series: Pick<SeriesState, "host" | "metric">): void;
  /** From where the gauges take their values, each time they are asked for. */
  watch(sources: {
    fleet: Fleet;
    catalogue: Pick<Catalogue, "describe">;
    scheduler: Pick<Scheduler, "jobs">;
    clock: Clock;
  }): void;
}

const SERIES = ["host", "metric"] as const;
const HORIZONS: Readonly<Record<number, string>> = { 300: "5m", 3600: "1h", 14400: "4h" };
/** Fits take 50 ms to some seconds, a batch of forecasts the same. */
const BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): ServiceMetrics {
  const registry = new Registry();
  const registers = [registry];
  const trainings = new Counter({
    name: "loadcast_trainings_total",
    help: "Trainings: promoted ones made the new champion, kept ones left the old one.",
    labelNames: ["result"],
    registers,
  });
  for (const result of ["promoted", "kept", "failed"]) trainings.inc({ result }, 0);
  const trainSeconds = new Histogram({
    name: "loadcast_train_duration_seconds",
    help: "Time from reading the history of a series to its new version, waiting for a free thread included.",
    buckets: BUCKETS,
    registers,
  });
  const inferSeconds = new Histogram({
    name: "loadcast_infer_duration_seconds",
    help: "Time of a job that forecasts a batch of series, waiting for a free thread included.",
    buckets: BUCKETS,
    registers,
  });
  const forecasts = new Counter({ name: "loadcast_forecasts_total", help: "Forecasts issued.", registers });
  const anomalies = new Counter({
    name: "loadcast_anomalies_total",
    help: "Values outside the 99 % interval of the forecast made one step before.",
    labelNames: SERIES,
    registers,
  });

  return {
    registry,
    trained(result, seconds) {
      trainings.inc({ result });
      trainSeconds.observe(seconds);
    },
    inferred(count, seconds) {
      forecasts.inc(count);
      inferSeconds.observe(seconds);
    },
    anomalous: ({ host, metric }, count) => anomalies.inc({ host, metric }, count),
    forget: ({ host, metric }) => anomalies.remove({ host, metric }),
    watch({ fleet, catalogue, scheduler, clock }) {
      watchFleet(registers, fleet, catalogue, clock);
      new Gauge({
        name: "loadcast_job_last_success_timestamp_seconds",
        help: "When a job of the service ended last without failing.",
        labelNames: ["job"],
        registers,
        collect() {
          for (const { name, lastSuccess } of scheduler.jobs()) {
            if (lastSuccess !== null) this.set({ job: name }, lastSuccess / 1000);
          }
        },
      });
    },
  };
}

function watchFleet(registers: Registry[], fleet: Fleet, catalogue: Pick<Catalogue, "describe">, clock: Clock): void {
  const each = (gauge: Gauge, set: (state: SeriesState, labels: { host: string; metric: string }) => void) => {
    // A series that is gone takes its values with it: of a fleet that changes daily they would soon be most.
    gauge.reset();
    const now = clock.now();
    for (const state of fleet.all()) {
      if (!isGone(state, now)) set(state, { host: state.host, metric: state.metric });
    }
  };
  const gauge = (name: string, help: string, labelNames: readonly string[], collect: (this: Gauge) => void) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers, collect });

  gauge("loadcast_series", "Series by state: with a forecast, waiting for data, failed.", ["state"], function () {
    const counts = { forecast: 0, waiting: 0, failed: 0 };
    for (const state of fleet.all()) counts[catalogue.describe(state).status]++;
    for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
  });
  gauge(
    "loadcast_threshold_probability",
    "Chance that a value is above the threshold within 4 hours.",
    [...SERIES, "threshold"],
    function () {
      each(this, (state, labels) => {
        const outlook = current(state, clock.now());
        if (outlook) this.set({ ...labels, threshold: outlook.threshold }, outlook.probability);
      });
    },
  );
  gauge(
    "loadcast_seconds_to_threshold",
    "Expected time until a value is above the threshold; absent where that is not expected within 4 hours.",
    [...SERIES, "threshold"],
    function () {
      each(this, (state, labels) => {
        const now = clock.now();
        const outlook = current(state, now);
        if (!outlook?.time) return;
        this.set({ ...labels, threshold: outlook.threshold }, Math.max(0, Date.parse(outlook.time) - now) / 1000);
      });
    },
  );
  gauge(
    "loadcast_forecast_error",
    "Errors of the forecasts of the last day: mean absolute error, the same divided by that of the value one day before, pinball loss.",
    [...SERIES, "horizon", "measure"],
    function () {
      each(this, (state, labels) => {
        for (const accuracy of toAccuracy(state.scores.sum(clock.now()))) {
          const { horizonSeconds, mae, seasonalNaiveMae, pinball } = accuracy;
          const mase =
            mae !== null && seasonalNaiveMae !== null && seasonalNaiveMae > 0 ? mae / seasonalNaiveMae : null;
          for (const [measure, value] of Object.entries({ mae, mase, pinball })) {
            if (value !== null) this.set({ ...labels, horizon: HORIZONS[horizonSeconds], measure }, value);
          }
        }
      });
    },
  );
  gauge(
    "loadcast_interval_coverage_ratio",
    "Share of the values of the last day inside the interval of a level, told from 40 values out of 12 hours on.",
    [...SERIES, "horizon", "level"],
    function () {
      each(this, (state, labels) => {
        const enough = state.scores.tell(clock.now());
        for (const [i, { horizonSeconds, coverage }] of toAccuracy(state.scores.sum(clock.now())).entries()) {
          if (!enough[i]) continue;
          for (const { level, ratio } of coverage) {
            if (ratio !== null) this.set({ ...labels, horizon: HORIZONS[horizonSeconds], level: String(level) }, ratio);
          }
        }
      });
    },
  );
  gauge(
    "loadcast_values_outside_bounds",
    "Values of the last day outside the bounds of the series, which count as gaps; absent where there are none.",
    SERIES,
    function () {
      each(this, (state, labels) => {
        const outside = state.tail && outsideOf(state.tail);
        if (outside) this.set(labels, outside.count);
      });
    },
  );
  gauge("loadcast_drift", "1 while a series does not follow its model any more.", SERIES, function () {
    each(this, (state, labels) => this.set(labels, state.drift === null ? 0 : 1));
  });
}

/** The outlook of a forecast that still speaks of the future. */
function current({ outlook, forecast }: SeriesState, now: number) {
  return forecast && (forecast.times.at(-1) ?? 0) >= now ? outlook?.threshold : null;
}
