export interface Shown {
  readonly forecast: boolean;
  readonly gaps: boolean;
  /** What the forecasts made before are called. */
  readonly past?: string | null;
  readonly anomalies?: boolean;
}

export type LegendKey = "observed" | "median" | "range80" | "range95" | "past" | "past80" | "anomaly" | "gap";

/** What the lines and grounds of the chart mean, for the page and for the picture. The edges of the bands are not lines of their own. */
export function legendEntries({ forecast, gaps, past = null, anomalies = false }: Shown): [LegendKey, string][] {
  const entries: [LegendKey, string][] = [["observed", "Observed"]];
  if (forecast) entries.push(["median", "Forecast, median"], ["range80", "80 % range"], ["range95", "95 % range"]);
  if (past !== null) entries.push(["past", past], ["past80", "its 80 % range"]);
  if (anomalies) entries.push(["anomaly", "Unusual value"]);
  if (gaps) entries.push(["gap", "No data"]);
  return entries;
}

interface LegendProps extends Shown {
  /** Said at its end, such as the zone of the times. */
  readonly note?: string | undefined;
}

export function Legend({ note, ...shown }: LegendProps) {
  return (
    <ul class="legend" aria-label="Legend">
      {legendEntries(shown).map(([key, name]) => (
        <li key={key}>
          <span class={`key key-${key}`} />
          {name}
        </li>
      ))}
      {note !== undefined && <li class="legend-note">{note}</li>}
    </ul>
  );
}
