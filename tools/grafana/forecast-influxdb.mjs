import { bands, QUANTILES } from "./bands.mjs";
import { dashboard, fluxChoice } from "./dashboard.mjs";
import { flux, stat, timeseries } from "./panel.mjs";

const RANGE = "range(start: v.timeRangeStart, stop: v.timeRangeStop)";

/** Per cent of CPU idle, from the counters of both exporters as Telegraf stores them, and from Telegraf's own inputs.cpu. */
const CPU = `counters = from(bucket: v.defaultBucket)
  |> ${RANGE}
  |> filter(fn: (r) => r._measurement == "prometheus" and r.host == "\${host}" and r.mode == "idle")
  |> filter(fn: (r) => r._field == "node_cpu_seconds_total" or r._field == "windows_cpu_time_total")
  |> derivative(unit: 1s, nonNegative: true)
  |> group()
  |> aggregateWindow(every: 5m, fn: mean, createEmpty: false)
  |> map(fn: (r) => ({_time: r._time, now: 100.0 * (1.0 - r._value)}))
own = from(bucket: v.defaultBucket)
  |> ${RANGE}
  |> filter(fn: (r) => r._measurement == "cpu" and r.host == "\${host}" and r.cpu == "cpu-total" and r._field == "usage_idle")
  |> group()
  |> aggregateWindow(every: 5m, fn: mean, createEmpty: false)
  |> map(fn: (r) => ({_time: r._time, now: 100.0 - r._value}))
union(tables: [counters, own])`;

/** The same for memory: free and total side by side, and Telegraf's own inputs.mem. */
const MEMORY = `gauges = from(bucket: v.defaultBucket)
  |> ${RANGE}
  |> filter(fn: (r) => r._measurement == "prometheus" and r.host == "\${host}")
  |> filter(fn: (r) => r._field =~ /^(node_memory_Mem(Available|Total)|windows_memory_physical_(free|total)|windows_os_physical_memory_free|windows_cs_physical_memory)_bytes$/)
  |> map(fn: (r) => ({r with _field: if r._field =~ /Available|free/ then "free" else "total"}))
  |> group(columns: ["_field"])
  |> aggregateWindow(every: 5m, fn: mean, createEmpty: false)
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> filter(fn: (r) => exists r.free and exists r.total)
  |> map(fn: (r) => ({_time: r._time, now: 100.0 * (1.0 - r.free / r.total)}))
own = from(bucket: v.defaultBucket)
  |> ${RANGE}
  |> filter(fn: (r) => r._measurement == "mem" and r.host == "\${host}" and r._field == "available_percent")
  |> group()
  |> aggregateWindow(every: 5m, fn: mean, createEmpty: false)
  |> map(fn: (r) => ({_time: r._time, now: 100.0 - r._value}))
union(tables: [gauges, own])`;

/**
 * A forecast is written over the one before at the same times, unless its model has another name: of those, the one that was issued last
 * counts.
 */
const forecastOf = (/** @type {string} */ metric) => `from(bucket: v.defaultBucket)
  |> ${RANGE}
  |> filter(fn: (r) => r._measurement == "loadcast_forecast" and r.host == "\${host}" and r.metric == "${metric}")
  |> filter(fn: (r) => ${[...QUANTILES, "issued_at"].map((name) => `r._field == "${name}"`).join(" or ")})
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group(columns: ["_time"])
  |> max(column: "issued_at")
  |> group()
  |> sort(columns: ["_time"])
  |> keep(columns: ["_time", ${QUANTILES.map((name) => `"${name}"`).join(", ")}])`;

const peakOf = (/** @type {string} */ metric, /** @type {string} */ field) => `from(bucket: v.defaultBucket)
  |> range(start: now(), stop: 4h)
  |> filter(fn: (r) => r._measurement == "loadcast_forecast" and r.host == "\${host}" and r.metric == "${metric}" and r._field == "${field}")
  |> group()
  |> max()
  |> keep(columns: ["_value"])`;

const METRICS = [
  { metric: "cpu_percent", title: "CPU", now: CPU },
  { metric: "memory_percent", title: "Memory", now: MEMORY },
];

/** Forecasts at their true times in the future, as InfluxDB holds them. */
export const forecastInfluxdb = dashboard({
  uid: "loadcast-forecast-influxdb",
  title: "Forecast (InfluxDB)",
  description: "The present and the next four hours on one axis, with the bands that hold 80 and 95 of 100 values.",
  from: "now-24h",
  to: "now+4h",
  variables: [
    fluxChoice(
      "host",
      `import "influxdata/influxdb/schema"
schema.tagValues(bucket: v.defaultBucket, tag: "host", predicate: (r) => r._measurement == "loadcast_forecast", start: -7d, stop: 1d)`,
    ),
  ],
  panels: METRICS.flatMap(({ metric, title, now }) => [
    timeseries({
      title: `${title}, now and in the next four hours`,
      width: 20,
      height: 12,
      unit: "percent",
      targets: [flux(now), flux(forecastOf(metric))],
      overrides: bands,
    }),
    stat({
      title: `${title}: peak of the next 4 hours`,
      height: 6,
      unit: "percent",
      decimals: 0,
      targets: [flux(peakOf(metric, "median"))],
    }),
    stat({
      title: "95 % sure it stays below",
      height: 6,
      unit: "percent",
      decimals: 0,
      targets: [flux(peakOf(metric, "upper95"))],
    }),
  ]),
});
