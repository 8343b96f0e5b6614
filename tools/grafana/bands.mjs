import { override } from "./panel.mjs";

const [FORECAST, NOW] = ["#FF9830", "#5794F2"];

/**
 * How the series of a forecast are drawn: the median as a line, the 80 % band in the 95 % band, neither's edges in the legend. The series
 * are called `now`, `median`, `lower95` and so on.
 */
export const bands = [
  override("now", { color: { mode: "fixed", fixedColor: NOW }, "custom.lineWidth": 2 }),
  override("median", {
    color: { mode: "fixed", fixedColor: FORECAST },
    "custom.lineWidth": 2,
    "custom.lineStyle": { fill: "dash", dash: [6, 4] },
  }),
  ...["95", "80"].flatMap((level) =>
    [`lower${level}`, `upper${level}`].map((name) =>
      override(name, {
        color: { mode: "fixed", fixedColor: FORECAST },
        "custom.lineWidth": 0,
        "custom.hideFrom": { legend: true, tooltip: false, viz: false },
        ...(name.startsWith("upper") && {
          "custom.fillBelowTo": `lower${level}`,
          "custom.fillOpacity": level === "95" ? 12 : 24,
        }),
      }),
    ),
  ),
];

export const QUANTILES = ["median", "lower80", "upper80", "lower95", "upper95"];
