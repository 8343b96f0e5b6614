import type { BacktestResult, TaskResponse } from "../../../../src/http/contract.js";
import { useTask } from "../../data/use-task.js";
import { formatDayClock, type Unit } from "../../format.js";
import { ScoreTable } from "../../view/score-table.js";
import { TaskProgress } from "../../view/task-progress.js";
import { Horizons } from "./horizons.js";

/** Forecasts made now for the past, each from only what was known then: an answer without waiting for days. */
export function Backtest({ id, unit }: { readonly id: string; readonly unit: Unit }) {
  const followed = useTask("backtest", id);
  const result = resultOf(followed.task);
  return (
    <section class="panel panel-pad backtest">
      <h2>Replay the past</h2>
      <p class="panel-note">
        Forecasts from many moments of the past, each from only what was known then, judged at once. That takes seconds,
        or a few minutes.
      </p>
      <TaskProgress
        followed={followed}
        action="Replay now"
        doing="Replaying"
        title="Judges the model on rolling origins of its history"
      />
      {result && (
        <>
          <p class="panel-note" role="status">
            {result.origins} origins from {formatDayClock(Date.parse(result.from))} to{" "}
            {formatDayClock(Date.parse(result.to))}.
          </p>
          <ScoreTable scores={result.scores} />
          <Horizons
            horizons={result.horizons}
            unit={unit}
            span={(Date.parse(result.to) - Date.parse(result.from)) / 1000}
          />
        </>
      )}
    </section>
  );
}

function resultOf(task: TaskResponse | null): BacktestResult | null {
  return task?.result && "horizons" in task.result ? task.result : null;
}
