import type { SeriesRoute } from "../../route.js";
import { SeriesShell } from "../../view/series-shell.js";
import { SeriesView } from "./series-view.js";
import "uplot/dist/uPlot.min.css";
import "../../styles/chart.css";
import "./series.css";

/** One series: its past, its forecast, and how the forecasts before did. */
export default function SeriesPage({ route }: { readonly route: SeriesRoute }) {
  return <SeriesShell route={route}>{({ entry }) => <SeriesView entry={entry} route={route} />}</SeriesShell>;
}
