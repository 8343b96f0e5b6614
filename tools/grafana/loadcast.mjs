import { dashboard } from "./dashboard.mjs";
import { heatmap, override, promql, row, stat, table, timeseries } from "./panel.mjs";

/** Whether the forecaster itself is well. */
export const loadcast = dashboard({
  uid: "loadcast-self",
  title: "Loadcast itself",
  description: "Is it up, does each of its jobs succeed, how long do they take, what waits.",
  panels: [
    stat({
      title: "Up",
      targets: [promql('max(up{job="loadcast"})', "", { instant: true })],
      steps: [
        [null, "red"],
        [1, "green"],
      ],
    }),
    ...["forecast", "waiting", "failed"].map((state) =>
      stat({
        title:
          { forecast: "Series with a forecast", waiting: "Series that wait", failed: "Series that failed" }[state] ??
          "",
        targets: [promql(`sum(loadcast_series{state="${state}"})`, "", { instant: true })],
        steps:
          state === "failed"
            ? [
                [null, "green"],
                [1, "red"],
              ]
            : [[null, "blue"]],
      }),
    ),
    stat({
      title: "Last forecasts were made",
      unit: "s",
      targets: [
        promql('time() - max(loadcast_job_last_success_timestamp_seconds{exported_job="infer"})', "", {
          instant: true,
        }),
      ],
      steps: [
        [null, "green"],
        [600, "orange"],
        [900, "red"],
      ],
    }),
    stat({
      title: "Lost writes in a day",
      targets: [promql("sum(increase(loadcast_write_dropped_total[1d]))", "", { instant: true })],
      decimals: 0,
      steps: [
        [null, "green"],
        [1, "red"],
      ],
    }),
    table({
      title: "Alerts",
      width: 24,
      height: 6,
      targets: [promql('ALERTS{alertname=~"Loadcast.*"}', undefined, { instant: true })],
      columns: {
        alertname: "Alert",
        alertstate: "State",
        severity: "Severity",
        host: "Host",
        metric: "Metric",
        threshold: "Threshold",
      },
      hide: ["Value", "instance"],
    }),
    row("Work"),
    timeseries({
      title: "Trainings in an hour",
      min: 0,
      targets: [promql("sum by (result) (increase(loadcast_trainings_total[1h]))", "{{result}}")],
    }),
    timeseries({
      title: "Forecasts in a minute",
      min: 0,
      targets: [promql("sum(rate(loadcast_forecasts_total[$__rate_interval])) * 60", "forecasts")],
    }),
    heatmap({
      title: "How long a training takes",
      unit: "s",
      targets: [
        promql("sum by (le) (increase(loadcast_train_duration_seconds_bucket[$__rate_interval]))", "{{le}}", {
          heatmap: true,
        }),
      ],
    }),
    timeseries({
      title: "How long a forecast takes",
      unit: "s",
      min: 0,
      targets: ["0.5", "0.99"].map((quantile) =>
        promql(
          `histogram_quantile(${quantile}, sum by (le) (rate(loadcast_infer_duration_seconds_bucket[$__rate_interval])))`,
          `${quantile === "0.5" ? "median" : "slowest in a hundred"}`,
        ),
      ),
    }),
    timeseries({
      title: "Time since each job last succeeded",
      unit: "s",
      min: 0,
      targets: [promql("time() - loadcast_job_last_success_timestamp_seconds", "{{exported_job}}")],
    }),
    timeseries({
      title: "Writes that wait",
      min: 0,
      targets: [promql("loadcast_write_queue_length", "{{sink}}")],
    }),
    row("HTTP"),
    timeseries({
      title: "Requests in a second",
      unit: "reqps",
      min: 0,
      stack: true,
      targets: [
        promql("sum by (status) (rate(loadcast_http_request_duration_seconds_count[$__rate_interval]))", "{{status}}"),
      ],
    }),
    timeseries({
      title: "Slowest in a hundred requests, by route",
      unit: "s",
      min: 0,
      targets: [
        promql(
          "histogram_quantile(0.99, sum by (le, method, route) (rate(loadcast_http_request_duration_seconds_bucket[$__rate_interval])))",
          "{{method}} {{route}}",
        ),
      ],
    }),
    row("Process"),
    timeseries({
      title: "Processor",
      width: 8,
      unit: "percentunit",
      min: 0,
      targets: [promql('rate(process_cpu_seconds_total{job="loadcast"}[$__rate_interval])', "processors in use")],
    }),
    timeseries({
      title: "Memory",
      width: 8,
      unit: "bytes",
      min: 0,
      targets: [
        promql('process_resident_memory_bytes{job="loadcast"}', "resident"),
        promql('nodejs_heap_size_used_bytes{job="loadcast"}', "heap"),
      ],
    }),
    timeseries({
      title: "Delay of the event loop, slowest in a hundred turns",
      width: 8,
      unit: "s",
      min: 0,
      targets: [promql('nodejs_eventloop_lag_p99_seconds{job="loadcast"}', "delay")],
      overrides: [override("delay", { color: { mode: "fixed", fixedColor: "orange" } })],
    }),
  ],
});
