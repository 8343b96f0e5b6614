import type { GateReport } from "../../../../src/http/contract.js";
import { formatDuration, formatSentence } from "../../format.js";
import { Icon } from "../../view/icon.js";
import { ScoreTable } from "../../view/score-table.js";

/** Why this version went live, or did not. */
export function Gate({ gate, stepSeconds }: { readonly gate: GateReport | null; readonly stepSeconds: number }) {
  return (
    <section class="panel panel-pad">
      <h2>Gate</h2>
      {gate === null ? (
        <p class="panel-note">
          It went live without a comparison, as the first of its series does, or because somebody chose it.
        </p>
      ) : (
        <>
          <p class={gate.accepted ? "gate gate-open" : "gate gate-shut"}>
            <Icon name={gate.accepted ? "check" : "alert"} />
            <span>
              <strong>{gate.accepted ? "Went live." : "Did not go live."}</strong>{" "}
              {formatSentence(gate.reason, Date.now())}
            </span>
          </p>
          <ScoreTable scores={gate.scores} />
          <p class="panel-note">
            {gate.origins} forecasts of {formatDuration(gate.horizon * stepSeconds * 1000)} each, from moments of the
            past, by every contestant alike.
          </p>
        </>
      )}
    </section>
  );
}
