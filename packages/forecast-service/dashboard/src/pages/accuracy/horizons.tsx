import type { HorizonAccuracy } from "../../../../src/http/contract.js";
import { formatLoss, formatValue, type Unit } from "../../format.js";
import {
  compareWithNaive,
  formatLevel,
  formatShare,
  horizonWords,
  judgeCoverage,
  VERDICT_WORDS,
  type Verdict,
} from "./words.js";

interface HorizonsProps {
  readonly horizons: readonly HorizonAccuracy[];
  readonly unit: Unit;
  /** Seconds that the forecasts cover together. */
  readonly span: number;
}

/** Error and coverage at each distance: bars to compare, numbers to quote. */
export function Horizons({ horizons, unit, span }: HorizonsProps) {
  const most = Math.max(...horizons.flatMap(({ mae, seasonalNaiveMae }) => [mae ?? 0, seasonalNaiveMae ?? 0]), 1e-12);
  return (
    <div class="horizons">
      {horizons.map((horizon) => {
        const { words, better } = compareWithNaive(horizon);
        return (
          <section class="panel panel-pad" key={horizon.horizonSeconds}>
            <h2>{horizonWords(horizon.horizonSeconds)} ahead</h2>
            <p class={better === null ? "verdict" : better ? "verdict verdict-good" : "verdict verdict-bad"}>{words}</p>
            <div class="horizon-parts">
              <div>
                <h3>Mean absolute error</h3>
                <dl class="bars">
                  <ErrorBar name="Loadcast" kind="model" value={horizon.mae} most={most} unit={unit} />
                  <ErrorBar
                    name="Seasonal-naive"
                    kind="naive"
                    value={horizon.seasonalNaiveMae}
                    most={most}
                    unit={unit}
                  />
                </dl>
              </div>
              <div>
                <h3>Values inside the range</h3>
                <dl class="coverages">
                  {horizon.coverage.map(({ level, ratio }) => (
                    <Coverage
                      key={level}
                      level={level}
                      ratio={ratio}
                      verdict={judgeCoverage(level, ratio, { ...horizon, span })}
                    />
                  ))}
                </dl>
              </div>
            </div>
            <p class="horizon-count">
              {new Intl.NumberFormat("en-GB").format(horizon.count)} {horizon.count === 1 ? "forecast" : "forecasts"}{" "}
              judged
              {horizon.pinball !== null && `, pinball loss ${formatLoss(horizon.pinball, 3)}`}
            </p>
          </section>
        );
      })}
    </div>
  );
}

interface ErrorBarProps {
  readonly name: string;
  readonly kind: "model" | "naive";
  readonly value: number | null;
  readonly most: number;
  readonly unit: Unit;
}

function ErrorBar({ name, kind, value, most, unit }: ErrorBarProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <svg class={`bar bar-${kind}`} aria-hidden="true">
          <rect width={`${((value ?? 0) / most) * 100}%`} height="100%" rx="3" />
        </svg>
        <b>{value === null ? "–" : unit === "percent" ? `${value.toFixed(2)}\u202fpp` : formatValue(value, unit)}</b>
      </dd>
    </div>
  );
}

/** A scale from half to all, the level as a line, what came as a dot. */
function Coverage({ level, ratio, verdict }: { level: number; ratio: number | null; verdict: Verdict }) {
  const place = (share: number) => `${Math.min(100, Math.max(0, (share - 0.5) * 200))}%`;
  return (
    <div>
      <dt>{formatLevel(level)} range</dt>
      <dd>
        <svg class="coverage" aria-hidden="true">
          <rect class="coverage-track" y="6" width="100%" height="4" rx="2" />
          <rect class="coverage-level" x={place(level)} width="2" height="16" />
          {ratio !== null && <circle class={`coverage-dot coverage-${verdict}`} cx={place(ratio)} cy="8" r="5" />}
        </svg>
        <b>{formatShare(ratio)}</b>
        <span
          class={`coverage-words coverage-words-${verdict}`}
          title={
            verdict === "unknown"
              ? "Forecasts of the same hours err together: too few stand on their own yet"
              : undefined
          }
        >
          {VERDICT_WORDS[verdict]}
        </span>
      </dd>
    </div>
  );
}
