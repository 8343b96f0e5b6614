/** What the page says when there is nothing, not yet, or no longer something to draw. */
import type { ComponentChildren } from "preact";
import type { SeriesEntry } from "../../../src/http/contract.js";
import type { Snapshot } from "../data/live.js";
import { formatDayClock, formatDuration, formatUtc } from "../format.js";
import { Icon, type IconName } from "./icon.js";
import { Moment, Until, useSecond } from "./time.js";

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly tone?: "bad";
  readonly children: ComponentChildren;
}

function State({ icon, title, tone, children }: StateProps) {
  return (
    <section class="state">
      <span class={tone ? `state-icon state-icon-${tone}` : "state-icon"}>
        <Icon name={icon} />
      </span>
      <h1>{title}</h1>
      {children}
    </section>
  );
}

interface RetryProps {
  readonly snapshot: Snapshot;
  readonly onRetry: () => void;
}

function Retry({ snapshot, onRetry }: RetryProps) {
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

/** The service was never reached. */
export function Unreachable({ snapshot, onRetry }: RetryProps) {
  const failing = snapshot.link === "failing";
  return (
    <State
      icon={failing ? "alert" : "unplugged"}
      title={failing ? "Loadcast answers with an error" : "Loadcast does not answer"}
      tone="bad"
    >
      {failing ? (
        <p>{snapshot.error}</p>
      ) : (
        <p>
          Nothing answers at <code>{location.host}</code>. Is <code>loadcast serve</code> still running there? This page
          keeps trying and carries on by itself.
        </p>
      )}
      <Retry snapshot={snapshot} onRetry={onRetry} />
    </State>
  );
}

/** There are data, but they are getting old. */
export function ConnectionBanner({ snapshot, onRetry }: RetryProps) {
  if (snapshot.link !== "silent" && snapshot.link !== "failing") return null;
  const since = snapshot.answeredAt;
  return (
    <div class="banner" role="alert">
      <Icon name={snapshot.link === "failing" ? "alert" : "unplugged"} />
      <p>
        <strong>
          {snapshot.link === "failing" ? "The service answers with an error." : "No connection to the service."}
        </strong>{" "}
        {snapshot.link === "failing" && `${snapshot.error} `}
        {since !== null && (
          <>
            What you see is as of <Moment at={since} now={Date.now()} />.
          </>
        )}
      </p>
      <Retry snapshot={snapshot} onRetry={onRetry} />
    </div>
  );
}

export function NoSeries() {
  return (
    <State icon="pulse" title="No series yet">
      <p>
        Loadcast is running and waits for its first values. CPU and memory of this machine come within 15 seconds of the
        start; other sources follow as their collectors report.
      </p>
      <p class="state-note">This page fills itself as soon as something arrives.</p>
    </State>
  );
}

export function UnknownSeries({ id }: { readonly id: string }) {
  return (
    <State icon="search" title="No such series">
      <p>
        The link asks for <code>{id}</code>, which this Loadcast does not know. It may have been renamed, or have left
        with its host. Choose another one from the list.
      </p>
    </State>
  );
}

/** Why there is no forecast, how far the history has come, and when the first one is due. */
export function Waiting({ entry }: { readonly entry: SeriesEntry }) {
  const { history } = entry;
  const due = history?.firstForecastAt ? Date.parse(history.firstForecastAt) : null;
  const collecting = history !== null && history.have < history.need;
  return (
    <section class="notice notice-waiting" aria-label="Why there is no forecast yet">
      <Icon name="clock" />
      <div>
        <h2>
          {due === null
            ? "Waiting for new values"
            : collecting
              ? "Collecting history for the first forecast"
              : "The first forecast is on its way"}
        </h2>
        {entry.reason !== null && <p>{entry.reason}</p>}
        {collecting && <progress value={history.have} max={history.need} aria-label="History collected" />}
        <p class="notice-facts">
          {collecting && (
            <span>
              <strong>
                {history.have} of {history.need}
              </strong>{" "}
              values collected
            </span>
          )}
          {due !== null && (
            <span>
              First forecast{" "}
              <strong>
                <time dateTime={new Date(due).toISOString()} title={formatUtc(due)}>
                  {formatDayClock(due)}
                </time>
              </strong>
            </span>
          )}
        </p>
      </div>
    </section>
  );
}

export function Failed({ entry, older, skew }: { entry: SeriesEntry; older: boolean; skew: number }) {
  return (
    <section class="notice notice-failed" role="alert">
      <Icon name="alert" />
      <div>
        <h2>{older ? "The last forecast could not be renewed" : "There is no forecast"}</h2>
        <p>{entry.reason ?? "The service gives no reason."}</p>
        <p class="notice-facts">
          {older && <span>Below is the last one that worked.</span>}
          {entry.nextRun !== null && (
            <span>
              Next attempt{" "}
              <strong>
                <Until at={Date.parse(entry.nextRun)} skew={skew} />
              </strong>
            </span>
          )}
        </p>
      </div>
    </section>
  );
}

/** The shape of what is coming, so that nothing jumps when it is there. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <h1 class="visually-hidden">Loading</h1>
      <div class="skeleton-line skeleton-title" />
      <div class="cards">
        {["Now", "1 h", "4 h", "Peak", "Model"].map((name) => (
          <div class="card" key={name} />
        ))}
      </div>
      <div class="panel" />
    </div>
  );
}

export function SkeletonNav() {
  return (
    <div class="series-nav" aria-hidden="true">
      <div class="skeleton skeleton-nav">
        {["a", "b", "c", "d"].map((name) => (
          <div class="skeleton-line" key={name} />
        ))}
      </div>
    </div>
  );
}
