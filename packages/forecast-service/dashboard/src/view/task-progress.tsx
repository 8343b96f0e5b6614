import { type FollowedTask, isOver } from "../data/use-task.js";
import { stageWords } from "./training.js";

interface TaskProgressProps {
  readonly followed: FollowedTask;
  /** `Train now` */
  readonly action: string;
  /** `Training` */
  readonly doing: string;
  /** What the button starts, in a sentence. */
  readonly title: string;
}

const words = ({ status, stage }: NonNullable<FollowedTask["task"]>, doing: string) =>
  status === "queued" ? "Waiting for its turn" : stage === null ? doing : `${doing}: ${stageWords(stage)}`;

/** A button that becomes a progress bar while its work runs. */
export function TaskProgress({ followed, action, doing, title }: TaskProgressProps) {
  const { task, busy, error } = followed;
  const running = task !== null && !isOver(task);
  return (
    <div class="task">
      {running ? (
        <>
          <label class="task-bar">
            <span role="status">{words(task, doing)}</span>
            <progress value={task.progress} max={1} />
          </label>
          <button type="button" class="button" onClick={followed.cancel}>
            Cancel
          </button>
        </>
      ) : (
        <button type="button" class="button button-main" title={title} disabled={busy} onClick={followed.start}>
          {action}
        </button>
      )}
      {error !== null && (
        <p class="task-error" role="alert">
          {error}
        </p>
      )}
      {task?.status === "failed" && (
        <p class="task-error" role="alert">
          {task.error?.detail ?? "It failed without a reason."}
        </p>
      )}
      {task?.status === "cancelled" && <p role="status">Cancelled.</p>}
    </div>
  );
}
