/** What has to be said above or beside the data. */
import type { SeriesEntry } from "../../../../src/http/contract.js";
import { formatDayClock, formatSentence, formatUtc } from "../../format.js";
import { Icon } from "../../view/icon.js";
import { Until } from "../../view/time.js";

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
        {entry.reason !== null && <p>{formatSentence(entry.reason, Date.now())}</p>}
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

/** Values that nothing is made of, where there is a forecast all the same; elsewhere the reason says it. */
export function LeftOut({ entry: { outside } }: { readonly entry: SeriesEntry }) {
  if (outside === null) return null;
  return (
    <p class="notice notice-waiting">
      <Icon name="alert" />
      <span>{formatSentence(outside.note, Date.now())}</span>
    </p>
  );
}

export function Failed({ entry, older, skew }: { entry: SeriesEntry; older: boolean; skew: number }) {
  return (
    <section class="notice notice-failed" role="alert">
      <Icon name="alert" />
      <div>
        <h2>{older ? "The last forecast could not be renewed" : "There is no forecast"}</h2>
        <p>{formatSentence(entry.reason ?? "The service gives no reason.", Date.now())}</p>
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
