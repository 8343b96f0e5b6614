import { formatRoute, RANGE_WORDS, RANGES, type Range, type Route } from "../route.js";

/** How much history the chart shows. Radio buttons: arrow keys, one tab stop and the right words come with them. */
export function RangePicker({ route }: { readonly route: Route }) {
  const choose = (range: Range) => {
    location.hash = formatRoute({ ...route, range });
  };
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">History shown</legend>
      {RANGES.map((range) => (
        <label key={range} title={`The last ${RANGE_WORDS[range]}`}>
          <input
            type="radio"
            name="range"
            value={range}
            checked={range === route.range}
            aria-label={RANGE_WORDS[range]}
            onChange={() => choose(range)}
          />
          <span aria-hidden="true">{range.replace(/(\d+)/, "$1\u202f")}</span>
        </label>
      ))}
    </fieldset>
  );
}
