import type { SystemResponse } from "../../../../src/http/contract.js";
import { Icon } from "../../view/icon.js";
import { formatCount, formatSeconds, inOrder, stepWords } from "./words.js";

/** The way of the data, step by step. */
export function Pipeline({ steps }: { readonly steps: SystemResponse["steps"] }) {
  return (
    <section class="panel panel-pad">
      <h2>Pipeline</h2>
      <p class="panel-note">What happens to the values, from left to right; medians of the last runs.</p>
      <ol class="pipeline">
        {inOrder(steps).map((step) => (
          <li key={step.name} class={step.lastError === null ? "step" : "step step-failed"}>
            <h3>{step.name}</h3>
            <p class="step-words">{stepWords(step.name)}</p>
            {step.count > 0 && <p class="step-time">{formatSeconds(step.medianSeconds)}</p>}
            <p class="step-count">
              {step.count === 0 ? "not run yet" : `${formatCount(step.count)} ${step.count === 1 ? "run" : "runs"}`}
              {step.failures > 0 && <strong>, {formatCount(step.failures)} failed</strong>}
            </p>
          </li>
        ))}
      </ol>
      {inOrder(steps).map(
        ({ name, lastError }) =>
          lastError !== null && (
            <p class="step-error" key={name}>
              <Icon name="alert" />
              <span>
                <strong>{name}</strong> {lastError}
              </span>
            </p>
          ),
      )}
    </section>
  );
}
