import { useEffect, useState } from "preact/hooks";
import "uplot/dist/uPlot.min.css";
import "../../styles/chart.css";
import "../model/model.css";
import "./what-if.css";
import { formatDuration } from "../../format.js";
import { useSecond } from "../../view/time.js";
import { DataInput } from "./data-input.js";
import { Result } from "./result.js";
import { SettingsForm } from "./settings-form.js";
import { useForecaster } from "./use-forecaster.js";

/** How long it has been going on, where nobody knows how long it will. */
function Since({ at }: { readonly at: number }) {
  const passed = useSecond() - at;
  return passed < 2000 ? null : <>({formatDuration(passed)})</>;
}

/** Any table of times and values, forecast right here in the browser. */
export default function WhatIfPage() {
  const forecaster = useForecaster();
  const [name, setName] = useState("");
  const { series, outcome, progress, runError } = forecaster;
  useEffect(() => {
    document.title = "What if · Loadcast";
  }, []);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>What if</h1>
          <p class="page-sub">
            Forecasts any table of times and values. The calculation runs in this browser: nothing is sent anywhere.
          </p>
        </div>
      </div>
      <div class="what-if">
        <div>
          <DataInput forecaster={forecaster} onName={setName} />
          {series && (
            <SettingsForm
              key={`${name} ${series.columns.value} ${series.stepMillis}`}
              series={series}
              busy={progress !== null || forecaster.reading}
              onRun={forecaster.run}
            />
          )}
        </div>
        <div>
          {progress && (
            <section class="panel panel-pad what-if-progress" aria-label="Progress">
              <label class="task-bar">
                <span>
                  <span role="status">{progress.words}</span> <Since at={progress.since} />
                </span>
                <progress {...(progress.share === null ? {} : { value: progress.share })} max={1} />
              </label>
              <button type="button" class="button" onClick={forecaster.cancel}>
                Cancel
              </button>
            </section>
          )}
          {runError !== null && (
            <p class="notice notice-failed" role="alert">
              {runError}
            </p>
          )}
          {series ? (
            <Result series={series} outcome={outcome} name={name} />
          ) : (
            <section class="panel what-if-empty">
              <p>
                {forecaster.reading
                  ? "Reading…"
                  : "The chart, the model and its numbers appear here once there are data."}
              </p>
            </section>
          )}
        </div>
      </div>
    </>
  );
}
