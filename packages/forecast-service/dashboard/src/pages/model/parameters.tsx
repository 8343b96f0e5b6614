import { useState } from "preact/hooks";
import type { ModelMember } from "../../../../src/http/contract.js";
import { ScrollBox } from "../../view/scroll-box.js";
import { coefficientText } from "./structure.js";

const NAMES: readonly [pattern: RegExp, words: (n: string) => string][] = [
  [/^ar(\d+)$/, (n) => `value ${n} back`],
  [/^ma(\d+)$/, (n) => `surprise ${n} back`],
  [/^sar(\d+)$/, (n) => `${n === "1" ? "" : `${n} `}season${n === "1" ? "" : "s"} back`],
  [/^sma(\d+)$/, (n) => `surprise ${n === "1" ? "" : `${n} `}season${n === "1" ? "" : "s"} back`],
  [/^mean$/, () => "level it returns to"],
  [/^drift$/, () => "change at each step"],
  [/^beta(\d+)$/, (n) => `regressor ${n}`],
];

interface ParametersProps {
  readonly parameters: ModelMember["parameters"];
  /** They maximise a likelihood. */
  readonly likely: boolean;
}

/** A long autoregression has sixty. */
const MANY = 12;

/** Estimates with their standard errors and 95 % intervals. */
export function Parameters({ parameters, likely }: ParametersProps) {
  const [all, setAll] = useState(false);
  const shown = all || parameters.length <= MANY ? parameters : parameters.slice(0, MANY);
  if (parameters.length === 0) return <p class="panel-note">It has no parameters.</p>;
  const sure = parameters.some(({ standardError }) => standardError !== null);
  return (
    <>
      {!sure && (
        <p class="panel-note">
          {likely
            ? "A root of it lies on the unit circle, where standard errors mean nothing."
            : "Estimated by Burg's method, which gives no likelihood and no standard errors."}
        </p>
      )}
      <ScrollBox label="Parameters">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Parameter</th>
              <th scope="col">Estimate</th>
              {sure && <th scope="col">Standard error</th>}
              {sure && (
                <th scope="col" class="spare">
                  95 % interval
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, value, standardError }) => (
              <tr key={name}>
                <th scope="row">
                  <strong>{name}</strong> <span class="soft">{describe(name)}</span>
                </th>
                <td>{coefficientText(value, 4)}</td>
                {sure && (
                  <td title={standardError === null ? "The curvature at the optimum gives none" : undefined}>
                    {standardError === null ? "–" : standardError === 0 ? "fixed" : coefficientText(standardError)}
                  </td>
                )}
                {sure && (
                  <td class="spare">
                    {standardError === null || standardError === 0
                      ? "–"
                      : `${coefficientText(value - 1.96 * standardError)} to ${coefficientText(value + 1.96 * standardError)}`}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {parameters.length > MANY && (
        <button type="button" class="button tried-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${parameters.length}`}
        </button>
      )}
    </>
  );
}

function describe(name: string): string {
  for (const [pattern, words] of NAMES) {
    const match = pattern.exec(name);
    if (match) return words(match[1] ?? "");
  }
  return "";
}
