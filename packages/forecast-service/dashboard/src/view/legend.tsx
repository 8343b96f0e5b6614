/** What the lines and grounds of the chart mean. The edges of the bands are not lines of their own. */
export function Legend({ forecast, gaps }: { readonly forecast: boolean; readonly gaps: boolean }) {
  return (
    <ul class="legend" aria-label="Legend">
      <li>
        <span class="key key-observed" />
        Observed
      </li>
      {forecast && (
        <>
          <li>
            <span class="key key-median" />
            Forecast, median
          </li>
          <li>
            <span class="key key-range80" />
            80 % range
          </li>
          <li>
            <span class="key key-range95" />
            95 % range
          </li>
        </>
      )}
      {gaps && (
        <li>
          <span class="key key-gap" />
          No data
        </li>
      )}
    </ul>
  );
}
