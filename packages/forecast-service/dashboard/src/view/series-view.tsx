import { useMemo } from "preact/hooks";
import type { SeriesEntry } from "../../../src/http/contract.js";
import { Chart } from "../chart/chart.js";
import type { PlotView } from "../chart/plot.js";
import type { Detail, Snapshot } from "../data/live.js";
import { summarize } from "../forecast/summary.js";
import { forecastSteps, joinTimeline, type Step, type Timeline } from "../forecast/timeline.js";
import { formatDuration } from "../format.js";
import { metricName } from "../names.js";
import { RANGE_MS, RANGE_WORDS, type Route } from "../route.js";
import { Cards } from "./cards.js";
import { ForecastTable } from "./forecast-table.js";
import { Legend } from "./legend.js";
import { Failed, Waiting } from "./notices.js";
import { RangePicker } from "./range-picker.js";
import { SyntheticBadge } from "./series-nav.js";

interface SeriesViewProps {
  readonly entry: SeriesEntry;
  readonly route: Route;
  readonly snapshot: Snapshot;
}

export function SeriesView({ entry, route, snapshot }: SeriesViewProps) {
  const { skew } = snapshot;
  const now = snapshot.list ? Date.parse(snapshot.list.now) : Date.now() + skew;
  const detail = snapshot.detail?.id === entry.id ? snapshot.detail : null;
  const history = detail?.history ?? null;
  const stored = detail?.forecast ?? null;
  const steps = useMemo(() => {
    const all = stored ? forecastSteps(stored, entry.unit) : [];
    // A forecast that has run out says nothing about now.
    return all.some((step) => step.at > now) ? all : [];
  }, [stored, entry.unit, now]);
  const forecast = steps.length > 0 ? stored : null;
  const timeline = useMemo(() => (history ? joinTimeline(history, steps) : null), [history, steps]);
  const stepSeconds = forecast?.stepSeconds ?? entry.history?.stepSeconds ?? 300;
  return (
    <>
      <div class="title">
        <h1>
          {metricName(entry.metric)} <span class="title-host">{entry.host}</span>
        </h1>
        {entry.synthetic && <SyntheticBadge />}
      </div>
      {forecast && entry.status === "failed" && <Failed entry={entry} older skew={skew} />}
      <div class={forecast || entry.status === "forecast" ? undefined : "lead"}>
        <Cards entry={entry} forecast={forecast} steps={steps} now={now} skew={skew} stepSeconds={stepSeconds} />
        {entry.status === "waiting" && <Waiting entry={entry} />}
        {!forecast && entry.status === "failed" && <Failed entry={entry} older={false} skew={skew} />}
      </div>
      <section class="panel" aria-label="Chart" aria-busy={snapshot.loading}>
        <div class="panel-head">
          <Legend forecast={forecast !== null} gaps={timeline !== null && timeline.gaps.length > 0} />
          <RangePicker route={route} />
        </div>
        {snapshot.detailError !== null && (
          <p class="panel-error" role="alert">
            {snapshot.detailError}
          </p>
        )}
        {detail && timeline ? (
          <History
            entry={entry}
            detail={detail}
            timeline={timeline}
            steps={steps}
            now={now}
            loading={snapshot.loading}
          />
        ) : (
          <div class="chart chart-empty">
            {snapshot.loading ? <span class="spinner" role="status" aria-label="Loading" /> : <p>Not loaded.</p>}
          </div>
        )}
      </section>
    </>
  );
}

interface HistoryProps {
  readonly entry: SeriesEntry;
  readonly detail: Detail;
  readonly timeline: Timeline;
  readonly steps: readonly Step[];
  readonly now: number;
  readonly loading: boolean;
}

const HOUR = 3600;

function History({ entry, detail, timeline, steps, now, loading }: HistoryProps) {
  const { history, range } = detail;
  const view: PlotView = useMemo(() => {
    const seconds = now / 1000;
    const end = steps.length > 0 ? Math.max(seconds + 4 * HOUR, steps[steps.length - 1].at / 1000) : seconds;
    const start = seconds - RANGE_MS[range] / 1000;
    // A young series would be a speck at the right edge of an empty chart.
    const first = timeline.x.find((_, row) => typeof timeline.observed[row] === "number") ?? start;
    const from = steps.length === 0 ? Math.max(start, Math.min(first, seconds - 300)) : start;
    return { timeline, from, to: end + (end - from) * 0.004, now: seconds, unit: entry.unit };
  }, [timeline, steps, now, range, entry.unit]);
  const summary = summarize({ entry, history, steps, now, rangeWords: RANGE_WORDS[range], gaps: timeline.gaps });
  const empty = history.points.every((point) => point.value === null);
  return (
    <div class={loading ? "panel-body panel-body-loading" : "panel-body"}>
      {empty && steps.length === 0 ? (
        <p class="chart chart-empty">No values in the last {RANGE_WORDS[range]}.</p>
      ) : (
        <Chart
          view={view}
          label={`${metricName(entry.metric)} of ${entry.host}, last ${RANGE_WORDS[range]}${steps.length > 0 ? " and forecast" : ""}`}
          describedBy="chart-summary"
        />
      )}
      <div class="panel-foot">
        <p id="chart-summary" class="summary">
          {summary.join(" ")}
          {history.stepSeconds > 300 && ` Each point is a mean over ${formatDuration(history.stepSeconds * 1000)}.`}
        </p>
        <ForecastTable steps={steps} unit={entry.unit} now={now} />
      </div>
    </div>
  );
}
