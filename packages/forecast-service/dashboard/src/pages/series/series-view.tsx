import { useMemo, useRef } from "preact/hooks";
import { Chart } from "../../chart/chart.js";
import type { Plot, PlotView } from "../../chart/plot.js";
import { useLink } from "../../data/service.js";
import type { KnownSeries } from "../../data/use-series.js";
import { anomaliesOf } from "../../forecast/anomaly.js";
import { stepsAhead, stepsIssuedAt } from "../../forecast/past.js";
import { summarize } from "../../forecast/summary.js";
import { forecastSteps, joinTimeline, type Step } from "../../forecast/timeline.js";
import { formatDayClock, formatDuration, formatZone } from "../../format.js";
import { metricName } from "../../names.js";
import { replace } from "../../navigate.js";
import { AHEAD, RANGE_MS, RANGE_WORDS, type SeriesRoute } from "../../route.js";
import { PanelSkeleton } from "../../view/skeleton.js";
import { useSecond } from "../../view/time.js";
import { TrainingNotice } from "../../view/training.js";
import { AnomalyList } from "./anomaly-list.js";
import { Cards } from "./cards.js";
import { ForecastTable } from "./forecast-table.js";
import { Legend } from "./legend.js";
import { Failed, LeftOut, Waiting } from "./notices.js";
import { Toolbar } from "./toolbar.js";
import { useSeriesData } from "./use-series-data.js";
import { clampZoom, wholeWindow } from "./window.js";

interface SeriesViewProps {
  readonly entry: KnownSeries["entry"];
  readonly route: SeriesRoute;
}

const NO_STEPS: readonly Step[] = [];

export function SeriesView({ entry, route }: SeriesViewProps) {
  const { skew } = useLink();
  // The chart moves on every ten seconds; the ages beside it have their own clock.
  const now = Math.floor((useSecond() + skew) / 10_000) * 10_000;
  const answers = useSeriesData(entry, route);
  const plot = useRef<Plot | null>(null);
  const seen = answers.history.data;
  const stored = answers.forecast.data;
  const { unit } = entry;

  const steps = useMemo(() => {
    const all = stored ? forecastSteps(stored, unit) : [];
    // A forecast that has run out says nothing about now.
    return all.some((step) => step.at > now) ? all : NO_STEPS;
  }, [stored, unit, now]);
  const forecast = steps.length > 0 ? stored : null;

  const earlier = answers.pastForecasts.data?.forecasts;
  const past = useMemo(() => {
    if (!earlier || route.past === null) return null;
    if (typeof route.past === "number") {
      const found = stepsIssuedAt(earlier, route.past, unit);
      return found && { steps: found.steps, name: `Forecast of ${formatDayClock(found.issuedAt)}`, at: found.issuedAt };
    }
    const name = `Forecast ${formatDuration(AHEAD[route.past] * 1000)} before`;
    return { steps: stepsAhead(earlier, AHEAD[route.past], unit), name, at: null };
  }, [earlier, route.past, unit]);
  const anomalies = useMemo(
    () => (route.anomalies && answers.anomalies.data ? anomaliesOf(answers.anomalies.data) : []),
    [answers.anomalies.data, route.anomalies],
  );
  const timeline = useMemo(
    () => (seen ? joinTimeline(seen.history, steps, past?.steps ?? NO_STEPS) : null),
    [seen, steps, past],
  );
  const range = seen?.range ?? route.range;
  const whole = useMemo(() => {
    const first = seen && !seen.zoomed ? seen.history.points.find((point) => point.value !== null) : undefined;
    return wholeWindow(now, RANGE_MS[range], {
      firstValue: steps.length === 0 && first ? Date.parse(first.time) : null,
      lastStep: steps.length > 0 ? steps[steps.length - 1].at : null,
    });
  }, [seen, steps, now, range]);
  const view: PlotView | null = useMemo(() => {
    if (!timeline) return null;
    const [from, to] = route.zoom ?? [whole.from, whole.to];
    return {
      timeline,
      from: from / 1000,
      to: to / 1000,
      now: now / 1000,
      unit,
      anomalies,
      threshold: entry.outlook?.threshold?.threshold ?? null,
      ...(past ? { pastName: past.name } : {}),
    };
  }, [timeline, whole, route.zoom, now, unit, anomalies, past, entry.outlook]);

  const stepSeconds = forecast?.stepSeconds ?? entry.history?.stepSeconds ?? 300;
  const rangeWords = route.zoom ? null : RANGE_WORDS[range];
  const error =
    answers.history.error ?? answers.forecast.error ?? answers.pastForecasts.error ?? answers.anomalies.error;
  const empty = seen !== null && steps.length === 0 && seen.history.points.every((point) => point.value === null);
  return (
    <>
      {forecast && entry.status === "failed" && <Failed entry={entry} older skew={skew} />}
      {entry.training && (
        <TrainingNotice training={entry.training} forecast={entry.status === "forecast"} skew={skew} />
      )}
      {entry.status === "forecast" && <LeftOut entry={entry} />}
      <div class={forecast || entry.status === "forecast" ? undefined : "lead"}>
        <Cards entry={entry} forecast={forecast} steps={steps} now={now} skew={skew} stepSeconds={stepSeconds} />
        {entry.status === "waiting" && <Waiting entry={entry} />}
        {!forecast && entry.status === "failed" && <Failed entry={entry} older={false} skew={skew} />}
      </div>
      <section class="panel" aria-label="Chart" aria-busy={answers.history.loading}>
        <Toolbar
          route={route}
          earlier={earlier ?? null}
          issued={past?.at ?? null}
          forecasts={entry.modelVersion !== null}
          exported={{ entry, timeline, anomalies, pastName: past && past.steps.length > 0 ? past.name : null, plot }}
        />
        {error !== null && (
          <p class="panel-error" role="alert">
            {error.message}
          </p>
        )}
        {view && seen ? (
          empty ? (
            <p class="chart chart-empty">No values in this stretch of time.</p>
          ) : (
            <Chart
              view={view}
              label={`${metricName(entry.metric)} of ${entry.host}${rangeWords ? `, last ${rangeWords}` : ""}${steps.length > 0 ? " and forecast" : ""}`}
              describedBy="chart-summary"
              zoomed={route.zoom !== null}
              onZoom={(asked) =>
                replace({ ...route, zoom: asked && clampZoom({ from: asked[0] * 1000, to: asked[1] * 1000 }, whole) })
              }
              onReady={(made) => {
                plot.current = made;
              }}
            />
          )
        ) : (
          <div class="chart">{error ? null : <PanelSkeleton height={380} />}</div>
        )}
        <div class="panel-foot">
          <Legend
            forecast={forecast !== null}
            gaps={timeline !== null && timeline.gaps.length > 0}
            past={past && past.steps.length > 0 ? past.name : null}
            anomalies={anomalies.length > 0}
            note={formatZone(now)}
          />
          <p id="chart-summary" class="summary">
            {seen &&
              timeline &&
              summarize({ entry, history: seen.history, steps, now, rangeWords, gaps: timeline.gaps }).join(" ")}
            {seen &&
              seen.history.stepSeconds > 300 &&
              ` Each point is a mean over ${formatDuration(seen.history.stepSeconds * 1000)}.`}
          </p>
          {anomalies.length > 0 && <AnomalyList anomalies={anomalies} unit={unit} />}
          <ForecastTable steps={steps} unit={unit} now={now} />
        </div>
      </section>
    </>
  );
}
