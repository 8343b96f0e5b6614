import "../../styles/chart.css";
import "./accuracy.css";
import type { AccuracyResponse, SeriesEntry } from "../../../../src/http/contract.js";
import { useAnswer, useLink, useService } from "../../data/service.js";
import { go } from "../../navigate.js";
import { type AccuracyRoute, RANGE_MS, RANGE_WORDS, RANGES } from "../../route.js";
import { Segments } from "../../view/segments.js";
import { SeriesShell } from "../../view/series-shell.js";
import { PanelSkeleton } from "../../view/skeleton.js";
import { Backtest } from "./backtest.js";
import { Drift } from "./drift.js";
import { Horizons } from "./horizons.js";
import { OverTime } from "./over-time.js";

/** How good the forecasts were, held against what came. */
export default function AccuracyPage({ route }: { readonly route: AccuracyRoute }) {
  return <SeriesShell route={route}>{({ entry }) => <AccuracyView entry={entry} route={route} />}</SeriesShell>;
}

/** Less than a day says too little. */
const OPTIONS = RANGES.filter((range) => range !== "4h").map((range) => ({
  value: range,
  name: range.replace(/(\d+)/, "$1\u202f"),
  title: `The last ${RANGE_WORDS[range]}`,
}));

/** From the first value that was judged. */
function judgedSeconds({ overTime, from, to }: AccuracyResponse): number {
  return (Date.parse(to) - Date.parse(overTime[0]?.from ?? from)) / 1000;
}

function AccuracyView({ entry, route }: { readonly entry: SeriesEntry; readonly route: AccuracyRoute }) {
  const { client } = useService();
  const { skew } = useLink();
  const { data, error, loading } = useAnswer({
    key: `accuracy ${route.id} ${route.range}`,
    ask: (signal) => {
      const to = Date.now() + skew;
      return client.accuracy(route.id, { from: to - RANGE_MS[route.range], to }, signal);
    },
    when: (event) => event.type === "forecast" && event.series === route.id,
    atMost: 60_000,
  });
  const known = data?.horizons.some((horizon) => horizon.count > 0);
  return (
    <>
      <div class="accuracy-head">
        <p class="panel-note">
          Every forecast is kept and compared with the values that came. The yardstick is seasonal-naive: the value of
          the same time one day before.
        </p>
        <Segments
          legend="Period judged"
          name="accuracy-range"
          value={route.range}
          options={OPTIONS}
          onChoose={(range) => go({ ...route, range })}
        />
      </div>
      {error && (
        <p class="notice notice-failed" role="alert">
          {error.message}
        </p>
      )}
      {!data && !error && <PanelSkeleton height={420} />}
      {data && !known && (
        <section class="panel panel-pad">
          <h2>Nothing to judge yet</h2>
          <p class="panel-note">
            {entry.modelVersion === null
              ? "There is no forecast of this series yet, so there is nothing to hold against what came."
              : `No forecast of the last ${RANGE_WORDS[route.range]} has met its value yet. The first numbers come as soon as one has.`}
          </p>
        </section>
      )}
      {data && known && (
        <div aria-busy={loading}>
          <Drift drift={data.drift} now={Date.parse(data.to)} />
          <Horizons horizons={data.horizons} unit={entry.unit} span={judgedSeconds(data)} />
          <OverTime accuracy={data} unit={entry.unit} />
        </div>
      )}
      {entry.modelVersion !== null && <Backtest id={route.id} unit={entry.unit} />}
    </>
  );
}
