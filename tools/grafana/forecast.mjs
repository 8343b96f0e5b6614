import { bands, QUANTILES } from "./bands.mjs";
import { choice, dashboard, fixedChoice } from "./dashboard.mjs";
import { cpu, memory } from "./hosts.mjs";
import { promql, row, stat, timeseries } from "./panel.mjs";

const METRICS = [
  { metric: "cpu_percent", title: "CPU", now: cpu('instance="$host"') },
  { metric: "memory_percent", title: "Memory", now: memory('instance="$host"') },
];

/** @param {string} metric @param {string} horizon @param {string} quantile */
const forecastOf = (metric, horizon, quantile) =>
  `loadcast_forecast{host="$host",metric="${metric}",horizon="${horizon}",estimate="${quantile}"}`;

/**
 * Gauges are stamped with the time at which a forecast was made; `offset` puts them to the time that they are about, which for the newest
 * lies ahead of now.
 */
export const forecast = dashboard({
  uid: "loadcast-forecast",
  title: "Forecast (Prometheus)",
  description: "What was forecast so far ahead, beside what came, up to where the newest forecasts reach.",
  from: "now-24h",
  to: "now+4h",
  variables: [
    choice("host", "label_values(loadcast_forecast, host)"),
    fixedChoice("horizon", ["4h", "1h", "5m"], "ahead"),
  ],
  panels: METRICS.flatMap(({ metric, title, now }) => [
    row(title),
    timeseries({
      title: `${title} as forecast $horizon ahead, and as it came`,
      width: 24,
      height: 10,
      unit: "percent",
      targets: [
        promql(now, "now"),
        ...QUANTILES.map((quantile) =>
          promql(`max by (host) (${forecastOf(metric, "$horizon", quantile)} offset $horizon)`, quantile),
        ),
      ],
      overrides: bands,
    }),
    ...["5m", "1h", "4h"].map((horizon) =>
      stat({
        title: `${title} in ${horizon}`,
        unit: "percent",
        decimals: 0,
        targets: [promql(`max(${forecastOf(metric, horizon, "median")})`, "", { instant: true })],
      }),
    ),
    stat({
      title: "95 % sure below, in 4h",
      unit: "percent",
      decimals: 0,
      targets: [promql(`max(${forecastOf(metric, "4h", "upper95")})`, "", { instant: true })],
    }),
    stat({
      title: "Probability of the threshold",
      unit: "percentunit",
      decimals: 0,
      targets: [promql(`max(loadcast_threshold_probability{host="$host",metric="${metric}"})`, "", { instant: true })],
      steps: [
        [null, "green"],
        [0.2, "orange"],
        [0.5, "red"],
      ],
    }),
    stat({
      title: "Age of the forecast",
      unit: "s",
      targets: [
        promql(`time() - max(loadcast_forecast_issued_timestamp_seconds{host="$host",metric="${metric}"})`, "", {
          instant: true,
        }),
      ],
      steps: [
        [null, "green"],
        [900, "orange"],
        [1800, "red"],
      ],
    }),
  ]),
});
