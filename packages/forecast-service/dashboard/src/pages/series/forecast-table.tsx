import type { Step } from "../../forecast/timeline.js";
import { formatDate, formatDayClock, formatSpan, formatUtc, formatValue, type Unit } from "../../format.js";
import { ScrollBox } from "../../view/scroll-box.js";

interface ForecastTableProps {
  readonly steps: readonly Step[];
  readonly unit: Unit;
  readonly now: number;
  /** All steps, not only every half hour. */
  readonly every?: boolean;
  /** Times are shown as they were written; absent: that of the reader. */
  readonly timeZone?: "UTC" | undefined;
  /** Steps of days or longer, which have no clock. */
  readonly days?: boolean;
}

/** The same forecast as numbers: for screen readers, for copying, for doubters. */
export function ForecastTable({ steps, unit, now, every = false, timeZone, days = false }: ForecastTableProps) {
  const ahead = steps.filter((step) => step.at > now);
  const rows = every ? ahead : everyHalfHour(ahead);
  if (rows.length === 0) return null;
  return (
    <details class="table-fold">
      <summary>Forecast as a table</summary>
      <ScrollBox label="Forecast">
        <table class="table table-narrow">
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
                  <time
                    dateTime={new Date(step.at).toISOString()}
                    title={timeZone === undefined ? formatUtc(step.at) : undefined}
                  >
                    {days ? formatDate(step.at, timeZone) : formatDayClock(step.at, timeZone)}
                  </time>
                </th>
                <td>{formatValue(step.median, unit)}</td>
                <td>{step.range80 ? formatSpan(...step.range80, unit) : "–"}</td>
                <td>{step.range95 ? formatSpan(...step.range95, unit) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}

function everyHalfHour(steps: readonly Step[]): Step[] {
  const onTheHalf = steps.filter((step) => step.at % 1_800_000 === 0);
  return onTheHalf.length > 1 ? onTheHalf : [...steps];
}
