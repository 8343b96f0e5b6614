/** A training that is under way, in plain words. */
import type { SeriesEntry, TaskStage } from "../../../src/http/contract.js";
import { Icon } from "./icon.js";
import { Age } from "./time.js";

const STAGES: Readonly<Record<TaskStage, string>> = {
  read: "reading the history",
  search: "searching and fitting models",
  gate: "holding the new model against the one in use",
  register: "storing the new version",
  replay: "replaying the past",
};

/** `searching and fitting models`; empty before it begins. */
export function stageWords(stage: TaskStage | null): string {
  return stage === null ? "" : STAGES[stage];
}

interface TrainingNoticeProps {
  readonly training: NonNullable<SeriesEntry["training"]>;
  /** Whether there is a forecast meanwhile. */
  readonly forecast: boolean;
  readonly skew: number;
}

export function TrainingNotice({ training, forecast, skew }: TrainingNoticeProps) {
  return (
    <p class="notice notice-waiting" role="status">
      <Icon name="clock" />
      <span>
        <strong>A new model is being trained</strong>: {stageWords(training.stage)}, begun{" "}
        <Age at={Date.parse(training.since)} skew={skew} />.
        {forecast && " Until it is there, forecasts go on with the one in use."}
      </span>
    </p>
  );
}
