import type { Snapshot } from "../data/live.js";
import { formatDuration } from "../format.js";
import { useSecond } from "./time.js";

export interface RetryProps {
  readonly snapshot: Snapshot;
  readonly onRetry: () => void;
}

/** When the page asks again by itself, and a button for those who cannot wait. */
export function Retry({ snapshot, onRetry }: RetryProps) {
  const now = useSecond();
  const { nextAttemptAt } = snapshot;
  return (
    <p class="retry">
      <button type="button" class="button" onClick={onRetry}>
        Try now
      </button>
      {nextAttemptAt !== null && (
        <span class="retry-next">
          next attempt {nextAttemptAt - now < 1000 ? "now" : `in ${formatDuration(nextAttemptAt - now)}`}
        </span>
      )}
    </p>
  );
}
