import type { GateScore } from "../../../src/http/contract.js";
import { formatLoss } from "../format.js";
import { ScrollBox } from "./scroll-box.js";

const NAMES: Readonly<Record<GateScore["name"], string>> = {
  candidate: "This version",
  champion: "The one in use",
  naive: "Naive: the last value",
  "seasonal-naive": "Seasonal-naive: a day before",
  "empirical-quantiles": "Quantiles of recent values",
};

/** Contestants on the same rolling origins. */
export function ScoreTable({ scores }: { readonly scores: readonly GateScore[] }) {
  const best = Math.min(...scores.map((score) => score.pinball));
  const levels = scores[0]?.coverage.map(({ level }) => level) ?? [];
  return (
    <ScrollBox label="Scores">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Contestant</th>
            <th scope="col" title="Error of the whole distribution; lower is better">
              Pinball loss
            </th>
            <th scope="col" class="spare" title="Mean absolute error of the median">
              MAE
            </th>
            {levels.map((level) => (
              <th scope="col" key={level}>
                in {Math.round(level * 100)} %
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {scores.map((score) => (
            <tr key={score.name}>
              <th scope="row" class="contestant">
                {score.name === "candidate" ? <strong>{NAMES[score.name]}</strong> : NAMES[score.name]}
                {score.pinball === best && <span class="badge badge-good best">best</span>}
              </th>
              <td>{formatLoss(score.pinball, 4)}</td>
              <td class="spare">{formatLoss(score.mae, 3)}</td>
              {levels.map((level) => {
                const ratio = score.coverage.find((part) => part.level === level)?.ratio;
                return <td key={level}>{ratio === undefined ? "–" : `${(ratio * 100).toFixed(1)}\u202f%`}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}
