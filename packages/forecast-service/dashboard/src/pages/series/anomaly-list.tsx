import type { Anomaly } from "../../forecast/anomaly.js";
import { formatDayClock, formatSpan, formatUtc, formatValue, type Unit } from "../../format.js";
import { ScrollBox } from "../../view/scroll-box.js";

/** A page full of lines tells less than the latest few. */
const SHOWN = 50;

export function AnomalyList({ anomalies, unit }: { readonly anomalies: readonly Anomaly[]; readonly unit: Unit }) {
  const latest = anomalies.slice(-SHOWN).reverse();
  return (
    <details class="table-fold">
      <summary>{anomalies.length === 1 ? "One unusual value" : `${anomalies.length} unusual values`}</summary>
      <p class="panel-note">
        Outside of the 99 % range of the forecast made one step before.
        {anomalies.length > SHOWN && ` The latest ${SHOWN}:`}
      </p>
      <ScrollBox label="Unusual values">
        <table class="table table-narrow">
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Value</th>
              <th scope="col">Expected</th>
            </tr>
          </thead>
          <tbody>
            {latest.map(({ at, value, lower, upper }) => (
              <tr key={at}>
                <th scope="row">
                  <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
                    {formatDayClock(at)}
                  </time>
                </th>
                <td>{formatValue(value, unit)}</td>
                <td>{formatSpan(lower, upper, unit)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </details>
  );
}
