import type { Artifact } from "@loadcast/metrics-io";
import { formatTime, timeStyle } from "./format-time.js";
import { niceTicks } from "./nice-ticks.js";
import type { Example } from "./pipeline/gate.js";
import type { Prepared } from "./pipeline/preprocess.js";
import { STEP_MILLIS } from "./settings.js";

/** What is drawn: columns on one grid. */
export interface SvgChart {
  readonly title: string;
  /** Values before the forecast, and after its start those that came; NaN is a gap. */
  readonly history: ArrayLike<number>;
  readonly forecast: {
    /** Position of its first step in `history`; the length of `history` where nothing came yet. */
    readonly from: number;
    readonly median: ArrayLike<number>;
    readonly intervals: readonly { level: number; lower: ArrayLike<number>; upper: ArrayLike<number> }[];
  };
  /** One for each place, the forecast's included; null: steps are numbered. */
  readonly times: readonly number[] | null;
}

const WIDTH = 960;
const HEIGHT = 360;
const LEFT = 56;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 36;
const TICKS = 5;
/** What a character of a label takes, rather more than less, and what is left between two labels. */
const CHARACTER = 7;
const APART = 8;

/**
 * History and forecast as an SVG picture that stands by itself, in light and dark. Wider intervals are lighter. It has a size of its own:
 * MLflow's page shows nothing of one that has none.
 */
export function renderSvg({ title, history, forecast, times }: SvgChart): string {
  const { from, median, intervals } = forecast;
  const places = Math.max(history.length, from + median.length);
  const bands = [...intervals].sort((a, b) => b.level - a.level);
  const [low, high] = rangeOf([history, median, ...bands.flatMap(({ lower, upper }) => [lower, upper])]);
  const x = (place: number) => LEFT + (place / Math.max(1, places - 1)) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + ((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  // The forecast's line begins at the last value that was observed, so that there is no hole between them.
  const last = from > 0 && median.length > 0 ? history[from - 1] : Number.NaN;
  const point = (place: number, value: number) => `${x(place).toFixed(1)},${y(value).toFixed(1)}`;

  const band = ({ lower, upper }: (typeof bands)[number], i: number) => {
    const there = Array.from(upper, (value, h) => point(from + h, value));
    const back = Array.from(lower, (value, h) => point(from + h, value)).reverse();
    return `<polygon class="band" fill-opacity="${i === 0 ? 0.18 : 0.3}" points="${[...there, ...back].join(" ")}"/>`;
  };
  const rows = niceTicks(low, high, TICKS).map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${LEFT - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${escaped(shortNumber(value, high - low))}</text>`,
  );
  const style = times ? timeStyle(times) : null;
  const label = (place: number) =>
    times && style ? formatTime(times[place], style) : place < from ? `−${from - place}` : `+${place - from + 1}`;
  const axisText = (place: number, anchor: "start" | "middle" | "end") =>
    `<text x="${x(place).toFixed(1)}" y="${HEIGHT - 12}" text-anchor="${anchor}">${escaped(label(place))}</text>`;
  const wide = (place: number) => label(place).length * CHARACTER;
  const anchor = anchorOf(wide(from), {
    before: x(from) - x(0) - wide(0) - APART,
    after: x(places - 1) - x(from) - wide(places - 1) - APART,
  });
  const axis = [axisText(0, "start"), ...(anchor ? [axisText(from, anchor)] : []), axisText(places - 1, "end")];
  const levels = [...bands].reverse().map(({ level }) => `${Number((level * 100).toFixed(2))} %`);

  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, sans-serif" font-size="12">
<title>${escaped(title)}</title>
<desc>${history.length} values, and the median of a forecast for ${median.length} steps${levels.length > 0 ? ` with ${levels.join(" and ")} intervals` : ""}.</desc>
<style>svg{background:#fff}text{fill:#4b5563}.name{fill:#111827;font-weight:600;font-size:14px}.grid{stroke:#e5e7eb}.now{stroke:#9ca3af;stroke-dasharray:4 4}.band{fill:#2563eb}.past{fill:none;stroke:#111827;stroke-width:1.5}.ahead{fill:none;stroke:#2563eb;stroke-width:2}@media(prefers-color-scheme:dark){svg{background:#111827}text{fill:#9ca3af}.name{fill:#f9fafb}.grid{stroke:#374151}.past{stroke:#e5e7eb}.band{fill:#60a5fa}.ahead{stroke:#60a5fa}}</style>
<text class="name" x="${LEFT}" y="22">${escaped(title)}</text>
<text x="${WIDTH - RIGHT}" y="22" text-anchor="end">median${levels.length > 0 ? ` with ${levels.join(" and ")} interval${levels.length > 1 ? "s" : ""}` : ""}</text>
${rows.join("\n")}
<line class="now" x1="${x(from).toFixed(1)}" x2="${x(from).toFixed(1)}" y1="${TOP}" y2="${HEIGHT - BOTTOM}"/>
${bands.map(band).join("\n")}
${line("past", history, 0, point)}
${line("ahead", [last, ...Array.from(median)], from - 1, point)}
${axis.join("\n")}
</svg>
`;
}

/** On which side of its place a label is written that has so much room before and after it; null where there is none. */
function anchorOf(
  width: number,
  { before, after }: { before: number; after: number },
): "start" | "middle" | "end" | null {
  if (Math.min(before, after) < 0) return null;
  if (Math.min(before, after) >= width / 2) return "middle";
  if (before >= width) return "end";
  return after >= width ? "start" : null;
}

/** A line that is broken at gaps. */
function line(
  name: string,
  values: ArrayLike<number>,
  from: number,
  point: (place: number, value: number) => string,
): string {
  const pieces: string[][] = [[]];
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) pieces[pieces.length - 1].push(point(from + i, values[i]));
    else if (pieces[pieces.length - 1].length > 0) pieces.push([]);
  }
  return (
    pieces
      .filter((piece) => piece.length > 0)
      // A value between two gaps is a dot: a line to itself with round ends would not be seen.
      .map((piece) => (piece.length === 1 ? [...piece, piece[0]] : piece))
      .map((piece) => `<polyline class="${name}" stroke-linecap="round" points="${piece.join(" ")}"/>`)
      .join("\n")
  );
}

function rangeOf(columns: readonly ArrayLike<number>[]): [low: number, high: number] {
  let low = Infinity;
  let high = -Infinity;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      if (!Number.isFinite(column[i])) continue;
      low = Math.min(low, column[i]);
      high = Math.max(high, column[i]);
    }
  }
  if (!(high > low)) {
    const middle = Number.isFinite(low) ? low : 0;
    const around = Math.abs(middle) * 0.05 || 1;
    return [middle - around, middle + around];
  }
  return [low, high];
}

function shortNumber(value: number, range: number): string {
  const decimals = Math.max(0, Math.min(8, 2 - Math.floor(Math.log10(range))));
  return String(Number(value.toFixed(decimals)));
}

const escaped = (text: string) =>
  text.replace(
    /[&<>"]/g,
    (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] as string,
  );

/** Shown before the forecast: a day. */
const SHOWN = 288;

/** What a training leaves to look at: the candidate's last judged forecast beside what came. None where it made none. */
export function trainingChart(title: string, { values, start }: Prepared, example: Example | null): Artifact[] {
  if (!example || start === null) return [];
  const first = Math.max(0, example.origin - SHOWN);
  const shown = values.subarray(first, example.origin + example.median.length);
  const times = Array.from(
    { length: Math.max(shown.length, example.origin - first + example.median.length) },
    (_, i) => start + (first + i) * STEP_MILLIS,
  );
  const body = renderSvg({ title, history: shown, forecast: { ...example, from: example.origin - first }, times });
  return [{ path: "forecast.svg", contentType: "image/svg+xml", body }];
}
