import type { AccuracyResponse } from "../../../../src/http/contract.js";
import { formatSentence } from "../../format.js";
import { Icon } from "../../view/icon.js";
import { Moment } from "../../view/time.js";

/** Whether the forecasts have become worse than they were. */
export function Drift({ drift, now }: { readonly drift: AccuracyResponse["drift"]; readonly now: number }) {
  if (!drift.detected) {
    return (
      <p class="notice notice-calm">
        <Icon name="check" />
        <span>
          <strong>No drift.</strong> {drift.reason ?? "The forecasts are as good as they usually are for this series."}
        </span>
      </p>
    );
  }
  return (
    <p class="notice notice-failed" role="alert">
      <Icon name="drift" />
      <span>
        <strong>Drift</strong>
        {drift.since !== null && (
          <>
            {" since "}
            <Moment at={Date.parse(drift.since)} now={now} />
          </>
        )}
        <strong>.</strong> {formatSentence(drift.reason ?? "The forecasts have become worse than they were.", now)} The
        next training looks for a model that fits the present better.
      </span>
    </p>
  );
}
