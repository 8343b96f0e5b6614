import { choice, dashboard, fixedChoice } from "./dashboard.mjs";
import { override, promql, stat, table, timeseries } from "./panel.mjs";

const SERIES = 'host=~"$host",metric=~"$metric"';

/** How good the forecasts have been. */
export const accuracy = dashboard({
  uid: "loadcast-accuracy",
  title: "Accuracy and coverage",
  description: "Errors of the forecasts by how far ahead they looked, and how often what came lay in their intervals.",
  from: "now-7d",
  variables: [
    choice("host", "label_values(loadcast_forecast_error, host)", { many: true }),
    choice("metric", "label_values(loadcast_forecast_error, metric)", { many: true }),
    fixedChoice("measure", ["mase", "mae", "pinball"]),
  ],
  panels: [
    stat({
      title: "MASE 4 hours ahead",
      description: "Below 1: better than saying that it will be as it was a season ago.",
      width: 6,
      decimals: 2,
      targets: [promql(`avg(loadcast_forecast_error{${SERIES},horizon="4h",measure="mase"})`, "", { instant: true })],
      steps: [
        [null, "green"],
        [1, "orange"],
        [1.5, "red"],
      ],
    }),
    ...["0.8", "0.95"].map((level) =>
      stat({
        title: `Held by the ${Number(level) * 100} % interval`,
        width: 6,
        unit: "percentunit",
        decimals: 1,
        targets: [promql(`avg(loadcast_interval_coverage_ratio{${SERIES},level="${level}"})`, "", { instant: true })],
        steps: [
          [null, "red"],
          [Number(level) - 0.1, "orange"],
          [Number(level) - 0.04, "green"],
        ],
      }),
    ),
    stat({
      title: "Series that drift",
      width: 6,
      targets: [promql(`sum(loadcast_drift{${SERIES}})`, "", { instant: true })],
      steps: [
        [null, "green"],
        [1, "orange"],
      ],
    }),
    timeseries({
      title: "Error ($measure) by horizon, mean of all series",
      min: 0,
      targets: [
        promql(`avg by (horizon) (loadcast_forecast_error{${SERIES},measure="$measure"})`, "{{horizon}} ahead"),
      ],
    }),
    timeseries({
      title: "Coverage, mean of all series",
      unit: "percentunit",
      max: 1,
      targets: [
        promql(
          `avg by (horizon, level) (loadcast_interval_coverage_ratio{${SERIES}})`,
          "{{level}} interval, {{horizon}} ahead",
        ),
        promql("vector(0.95)", "95 %"),
        promql("vector(0.8)", "80 %"),
      ],
      overrides: ["95 %", "80 %"].map((name) =>
        override(name, {
          color: { mode: "fixed", fixedColor: "text" },
          "custom.lineStyle": { fill: "dash", dash: [4, 6] },
        }),
      ),
    }),
    table({
      title: "Series, the worst first",
      width: 24,
      height: 10,
      targets: [
        promql(`max by (host, metric) (loadcast_forecast_error{${SERIES},horizon="4h",measure="mase"})`, undefined, {
          instant: true,
        }),
        promql(`max by (host, metric) (loadcast_forecast_error{${SERIES},horizon="4h",measure="mae"})`, undefined, {
          instant: true,
        }),
        promql(`min by (host, metric) (loadcast_interval_coverage_ratio{${SERIES},level="0.95"})`, undefined, {
          instant: true,
        }),
        promql(`max by (host, metric) (loadcast_drift{${SERIES}})`, undefined, { instant: true }),
      ],
      columns: {
        host: "Host",
        metric: "Metric",
        "Value #A": "MASE, 4h",
        "Value #B": "Mean absolute error, 4h",
        "Value #C": "Lowest coverage of 95 %",
        "Value #D": "Drift",
      },
      overrides: [
        override("Lowest coverage of 95 %", { unit: "percentunit" }),
        override("Drift", {
          mappings: [{ type: "value", options: { 0: { text: "no" }, 1: { text: "yes", color: "orange" } } }],
        }),
      ],
      sortBy: { column: "MASE, 4h", desc: true },
    }),
    timeseries({
      title: "Anomalies in an hour",
      width: 24,
      height: 6,
      min: 0,
      targets: [promql(`increase(loadcast_anomalies_total{${SERIES}}[1h])`, "{{host}} {{metric}}")],
    }),
  ],
});
