import { useEffect, useMemo, useState } from "preact/hooks";
import { Chart } from "../../chart/chart.js";
import type { PlotView } from "../../chart/plot.js";
import { forecastSteps, joinTimeline } from "../../forecast/timeline.js";
import { formatDuration } from "../../format.js";
import { Icon } from "../../view/icon.js";
import { saveFile } from "../../view/save-file.js";
import { Equation } from "../model/equation.js";
import { capitalised, Members } from "../model/members.js";
import { Parameters } from "../model/parameters.js";
import { isSarima, structureOf } from "../model/structure.js";
import { modelWords } from "../model/words.js";
import { ForecastTable } from "../series/forecast-table.js";
import { Legend } from "../series/legend.js";
import { fileName } from "../series/timeline-csv.js";
import type { Outcome, ReadSeries } from "./contract.js";
import { stepWords, zoneOf } from "./defaults.js";
import { forecastCsv } from "./forecast-csv.js";

interface ResultProps {
  readonly series: ReadSeries;
  /** Null before the first forecast. */
  readonly outcome: Outcome | null;
  readonly name: string;
}

/** More points than this no screen can show. */
const MOST = 20_000;

export function Result({ series, outcome, name }: ResultProps) {
  const [zoom, setZoom] = useState<readonly [number, number] | null>(null);
  // Of an ensemble: whose equation is shown; null is the heaviest that has one.
  const [asked, setAsked] = useState<number | null>(null);
  useEffect(() => {
    setZoom(null);
    setAsked(null);
  }, [series, outcome]);
  const steps = useMemo(
    () =>
      outcome
        ? forecastSteps(
            { issuedAt: new Date(0).toISOString(), stepSeconds: series.stepMillis / 1000, forecast: outcome.steps },
            "none",
          )
        : [],
    [outcome, series],
  );
  const view = useMemo((): PlotView => {
    const first = Math.max(0, series.times.length - MOST);
    const points = Array.from(series.times.subarray(first), (time, place) => {
      const value = series.values[first + place];
      return { time: new Date(time).toISOString(), value: Number.isNaN(value) ? null : value };
    });
    const start = series.times[first];
    const last = series.times[series.times.length - 1];
    const end = steps.length > 0 ? steps[steps.length - 1].at : last;
    const history = {
      id: "",
      from: new Date(start).toISOString(),
      to: new Date(last).toISOString(),
      stepSeconds: series.stepMillis / 1000,
      points,
    };
    const [from, to] = zoom ?? [start / 1000, (end + (end - start) * 0.004) / 1000];
    // Months have unlike lengths: what is late by days is no gap.
    const joined = joinTimeline(history, steps);
    const timeline = series.months === null ? joined : { ...joined, gaps: [] };
    const timeZone = zoneOf(series);
    return {
      timeline,
      from,
      to,
      now: null,
      unit: "none",
      anomalies: [],
      threshold: null,
      ...(timeZone ? { timeZone } : {}),
    };
  }, [series, steps, zoom]);
  const chosen = asked ?? outcome?.members.findIndex(isSarima) ?? -1;
  const member = outcome?.members[chosen];
  const structure = member && isSarima(member) ? structureOf(member) : null;

  return (
    <>
      <section class="panel" aria-label="Chart">
        <div class="toolbar">
          <h2 class="result-title">{outcome ? outcome.title : series.columns.value}</h2>
          {outcome && (
            <div class="toolbar-save">
              <button
                type="button"
                class="button"
                onClick={() =>
                  saveFile(
                    new Blob([forecastCsv(outcome.steps)], { type: "text/csv;charset=utf-8" }),
                    `${fileName(name || series.columns.value)}-forecast.csv`,
                  )
                }
              >
                <Icon name="download" />
                <span>Forecast as CSV</span>
              </button>
            </div>
          )}
        </div>
        <Chart
          key={view.timeZone ?? "local"}
          view={view}
          label={`${series.columns.value}${outcome ? " and its forecast" : ""}`}
          describedBy="result-words"
          zoomed={zoom !== null}
          onZoom={setZoom}
        />
        <div class="panel-foot">
          <Legend forecast={outcome !== null} gaps={view.timeline.gaps.length > 0} />
          <p id="result-words" class="summary">
            {outcome
              ? `${steps.length} steps, found and fitted in ${outcome.seconds < 1 ? `${Math.round(outcome.seconds * 1000)} ms` : formatDuration(outcome.seconds * 1000)}.`
              : "Press “Forecast” to see how it goes on."}
          </p>
          {outcome?.warnings.map((warning) => (
            <p class="result-warning" key={warning}>
              {capitalised(warning)}.
            </p>
          ))}
          <ForecastTable
            steps={steps}
            unit="none"
            now={0}
            every
            timeZone={zoneOf(series)}
            days={series.months !== null || series.stepMillis >= 86_400_000}
          />
        </div>
      </section>
      {structure && member && (
        <section class="panel panel-pad">
          <h2>Model</h2>
          {outcome && outcome.members.length > 1 && (
            <p class="panel-note">Of the member “{capitalised(member.name)}”.</p>
          )}
          <Equation structure={structure} />
          <ul class="model-words">
            {modelWords(structure, (steps) => stepWords(series, steps)).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <Parameters parameters={member.parameters} likely />
          <dl class="criteria">
            {(["logLik", "aic", "aicc", "bic"] as const).map((key) => (
              <div key={key}>
                <dt>{{ logLik: "Log-likelihood", aic: "AIC", aicc: "AICc", bic: "BIC" }[key]}</dt>
                <dd>{member[key] === null ? "–" : formatCriterion(member[key])}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      {outcome && outcome.members.length > 1 && (
        <Members members={outcome.members} chosen={chosen} onChoose={setAsked} />
      )}
    </>
  );
}

function formatCriterion(value: number): string {
  return value.toFixed(2).replace("-", "−");
}
