import type { Step } from "../forecast/timeline.js";
import { formatDayClock, formatSpan, formatUtc, formatValue, type Unit } from "../format.js";

/** The same forecast as numbers, every half hour: for screen readers, for copying, for doubters. */
export function ForecastTable({ steps, unit, now }: { readonly steps: readonly Step[]; unit: Unit; now: number }) {
  const rows = everyHalfHour(steps.filter((step) => step.at > now));
  if (rows.length === 0) return null;
  return (
    <details class="table-fold">
      <summary>Forecast as a table</summary>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Median</th>
              <th scope="col">80 % range</th>
              <th scope="col">95 % range</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((step) => (
              <tr key={step.at}>
                <th scope="row">
                  <time dateTime={new Date(step.at).toISOString()} title={formatUtc(step.at)}>
                    {formatDayClock(step.at)}
                  </time>
                </th>
                <td>{formatValue(step.median, unit)}</td>
                <td>{step.range80 ? formatSpan(...step.range80, unit) : "–"}</td>
                <td>{step.range95 ? formatSpan(...step.range95, unit) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function everyHalfHour(steps: readonly Step[]): Step[] {
  const onTheHalf = steps.filter((step) => step.at % 1_800_000 === 0);
  return onTheHalf.length > 1 ? onTheHalf : [...steps];
}
