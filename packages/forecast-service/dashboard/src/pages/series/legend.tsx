interface LegendProps {
  readonly forecast: boolean;
  readonly gaps: boolean;
  /** What the forecasts made before are called. */
  readonly past?: string | null;
  readonly anomalies?: boolean;
}

/** What the lines and grounds of the chart mean. The edges of the bands are not lines of their own. */
export function Legend({ forecast, gaps, past = null, anomalies = false }: LegendProps) {
  const entries: [key: string, name: string][] = [["observed", "Observed"]];
  if (forecast) entries.push(["median", "Forecast, median"], ["range80", "80 % range"], ["range95", "95 % range"]);
  if (past !== null) entries.push(["past", past], ["past80", "its 80 % range"]);
  if (anomalies) entries.push(["anomaly", "Unusual value"]);
  if (gaps) entries.push(["gap", "No data"]);
  return (
    <ul class="legend" aria-label="Legend">
      {entries.map(([key, name]) => (
        <li key={key}>
          <span class={`key key-${key}`} />
          {name}
        </li>
      ))}
    </ul>
  );
}
