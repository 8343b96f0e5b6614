import type { Sparkline as Data } from "../../../../src/http/contract.js";
import { chooseRange } from "../../chart/axis.js";
import type { Unit } from "../../format.js";

const WIDTH = 300;
const HEIGHT = 48;
/** So few values are dots that a thin pen would hide. */
const FEW = 4;

/** The last hours and the next ones, without axes: the shape only. Gaps stay open. */
export function Sparkline({ data, unit, threshold }: { data: Data; unit: Unit; threshold: number | null }) {
  const start = Date.parse(data.start);
  const step = data.stepSeconds * 1000;
  const { forecast } = data;
  const future = forecast ? Math.round((Date.parse(forecast.start) - start) / step) : data.values.length;
  const end = Math.max(data.values.length, forecast ? future + forecast.median.length : 0) - 1;
  const all = [
    ...data.values.filter((value) => value !== null),
    ...(forecast ? [...forecast.lower, ...forecast.upper] : []),
  ];
  const [low, high] = chooseRange(
    all.length > 0 ? Math.min(...all) : null,
    all.length > 0 ? Math.max(...all) : null,
    unit,
  );
  const x = (place: number) => ((place / Math.max(1, end)) * WIDTH).toFixed(1);
  const y = (value: number) => (HEIGHT - ((value - low) / (high - low)) * HEIGHT).toFixed(1);

  let observed = 0;
  let past = "";
  let pen = "M";
  data.values.forEach((value, place) => {
    if (value === null) pen = "M";
    else {
      observed++;
      // A lone value between two gaps would have no length to be drawn.
      past += `${pen}${x(place)} ${y(value)}${pen === "M" ? "h.01" : ""}`;
      pen = "L";
    }
  });
  const line = forecast?.median
    .map((value, place) => `${place === 0 ? "M" : "L"}${x(future + place)} ${y(value)}`)
    .join("");
  const band =
    forecast &&
    `${forecast.upper.map((value, place) => `${place === 0 ? "M" : "L"}${x(future + place)} ${y(value)}`).join("")}${forecast.lower
      .map((value, place) => `L${x(future + place)} ${y(value)}`)
      .reverse()
      .join("")}Z`;
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {threshold !== null && threshold < high && threshold > low && (
        <path class="spark-threshold" d={`M0 ${y(threshold)}H${WIDTH}`} />
      )}
      {band && <path class="spark-band" d={band} />}
      {forecast && <path class="spark-now" d={`M${x(future)} 0V${HEIGHT}`} />}
      <path class={observed < FEW ? "spark-past spark-few" : "spark-past"} d={past} />
      {line && <path class="spark-line" d={line} />}
    </svg>
  );
}
