import { useLink, useService } from "../data/service.js";
import { formatDuration } from "../format.js";
import { Icon } from "./icon.js";
import { Moment, useSecond } from "./time.js";

/** There are data, but they are getting old. Without any, the page itself says so. */
export function ConnectionBanner() {
  const { link, answeredAt } = useLink();
  if (link !== "silent" || answeredAt === null) return null;
  return (
    <div class="banner" role="alert">
      <Icon name="unplugged" />
      <p>
        <strong>No connection to the service.</strong> What you see is as of <Moment at={answeredAt} now={Date.now()} />
        .
      </p>
      <Retry />
    </div>
  );
}

/** When the page asks again by itself, and a button for those who cannot wait. */
export function Retry() {
  const { connection } = useService();
  const { nextAttemptAt } = useLink();
  const now = useSecond();
  return (
    <p class="retry">
      <button type="button" class="button" onClick={() => connection.retry()}>
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
