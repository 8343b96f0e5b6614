import { formatTime, timeStyle } from "../format-time.js";
import { niceTicks } from "../nice-ticks.js";
import { decimalsFor } from "./format-number.js";

export interface ChartInput {
  /** The last values before the forecast; NaN is a gap. */
  history: ArrayLike<number>;
  median: readonly number[];
  intervals: readonly { level: number; lower: readonly number[]; upper: readonly number[] }[];
  /** One for each value of the history and each step of the forecast; null: steps are numbered. */
  times: readonly number[] | null;
}

export interface ChartOptions {
  width: number;
  height: number;
  colour: boolean;
}

/** Dots of a braille character, by column and row from the top. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BRAILLE = 0x2800;
const SHADES = ["░", "▒", "▓"] as const;

const HISTORY = 36;
const FORECAST = 33;
const BAND = 34;
const FAINT = 90;

/**
 * History and forecast as lines of braille dots, intervals as shades (the widest lightest), a dashed line at the moment of the forecast.
 * Each character holds 2 × 4 dots.
 */
export function renderChart(input: ChartInput, options: ChartOptions): string {
  const { history, median, intervals, times } = input;
  const past = history.length;
  const steps = past + median.length;
  const bands = [...intervals].sort((a, b) => b.level - a.level);

  let low = Infinity;
  let high = -Infinity;
  const see = (value: number) => {
    if (!Number.isFinite(value)) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (let i = 0; i < past; i++) see(history[i]);
  median.forEach(see);
  for (const band of bands) {
    band.lower.forEach(see);
    band.upper.forEach(see);
  }
  if (!(high > low)) {
    const around = Math.abs(low) * 0.05 || 1;
    low -= around;
    high += around;
  }

  const ticks = niceTicks(low, high, Math.max(2, Math.floor(options.height / 4)));
  low = Math.min(low, ticks[0]);
  high = Math.max(high, ticks[ticks.length - 1]);
  const decimals = decimalsFor((ticks[1] ?? ticks[0]) - ticks[0]);
  const labels = ticks.map((tick) => tick.toFixed(decimals));
  const margin = Math.max(...labels.map((label) => label.length)) + 2;
  const columns = Math.max(20, options.width - margin);
  const rows = options.height;

  const xOf = (step: number) => (step / Math.max(1, steps - 1)) * (columns * 2 - 1);
  const yOf = (value: number) => ((high - value) / (high - low)) * (rows * 4 - 1);

  const past_ = new Uint8Array(columns * rows);
  const ahead = new Uint8Array(columns * rows);
  line(past_, columns, Array.from(history), 0, xOf, yOf);
  const last = history[past - 1];
  // The forecast's line begins at the last observed value, so that there is no hole between them.
  line(
    ahead,
    columns,
    Number.isFinite(last) ? [last, ...median] : median,
    Number.isFinite(last) ? past - 1 : past,
    xOf,
    yOf,
  );
  const shade = shades(bands, past, columns, rows, xOf, yOf);

  const paint = (code: number, text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[39m` : text);
  const border = Math.min(columns - 1, Math.floor(xOf(past - 0.5) / 2));
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let text = axisLabel(row, ticks, labels, margin, yOf, paint);
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (ahead[at] && !(past_[at] && column <= border)) {
        text += paint(FORECAST, String.fromCharCode(BRAILLE | ahead[at]));
      } else if (past_[at]) text += paint(HISTORY, String.fromCharCode(BRAILLE | past_[at]));
      else if (column === border && past > 0) text += paint(FAINT, "┊");
      else if (shade[at] > 0) text += paint(BAND, SHADES[shade[at] - 1]);
      else text += " ";
    }
    lines.push(text.trimEnd());
  }
  lines.push(`${" ".repeat(margin - 1)}${paint(FAINT, `└${"─".repeat(columns)}`)}`);
  lines.push(`${" ".repeat(margin)}${paint(FAINT, timeAxis(times, steps, past, columns))}`);
  const names = bands.map((band, i) => `${paint(BAND, SHADES[i] ?? "▓")} ${formatLevel(band.level)}`);
  lines.push(
    `${" ".repeat(margin)}${[`${paint(HISTORY, "⠒⠒")} history`, `${paint(FORECAST, "⠒⠒")} forecast (median)`, ...names.reverse()].join("   ")}`,
  );
  return `${lines.join("\n")}\n`;
}

export function formatLevel(level: number): string {
  return `${Number((level * 100).toFixed(4))} %`;
}

/** Joins neighbouring values by dots; gaps stay open. */
function line(
  cells: Uint8Array,
  columns: number,
  values: readonly number[],
  first: number,
  xOf: (step: number) => number,
  yOf: (value: number) => number,
): void {
  const dot = (x: number, y: number) => {
    const px = Math.round(x);
    const py = Math.round(y);
    cells[(py >> 2) * columns + (px >> 1)] |= DOTS[px & 1][py & 3];
  };
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    const x = xOf(first + i);
    const y = yOf(values[i]);
    dot(x, y);
    if (i === 0 || !Number.isFinite(values[i - 1])) continue;
    const x0 = xOf(first + i - 1);
    const y0 = yOf(values[i - 1]);
    const pieces = Math.ceil(Math.max(Math.abs(x - x0), Math.abs(y - y0)));
    for (let k = 1; k < pieces; k++) dot(x0 + ((x - x0) * k) / pieces, y0 + ((y - y0) * k) / pieces);
  }
}

/** For each cell the number of the narrowest band that covers its middle, counted from the widest; 0 outside all. */
function shades(
  bands: ChartInput["intervals"],
  past: number,
  columns: number,
  rows: number,
  xOf: (step: number) => number,
  yOf: (value: number) => number,
): Uint8Array {
  const shade = new Uint8Array(columns * rows);
  const perDot = xOf(1) - xOf(0);
  for (let column = 0; column < columns; column++) {
    const step = (column * 2 + 0.5) / perDot - past;
    bands.forEach((band, i) => {
      if (step < -0.5 || step > band.lower.length - 0.5) return;
      const top = Math.round(yOf(between(band.upper, step)) / 4 - 0.5);
      const bottom = Math.round(yOf(between(band.lower, step)) / 4 - 0.5);
      for (let row = Math.max(0, top); row <= Math.min(rows - 1, bottom); row++) {
        shade[row * columns + column] = Math.min(i + 1, SHADES.length);
      }
    });
  }
  return shade;
}

/** The value at a broken step, on the straight line between its neighbours. */
function between(values: readonly number[], step: number): number {
  const at = Math.min(values.length - 1, Math.max(0, step));
  const left = Math.floor(at);
  const right = Math.min(values.length - 1, left + 1);
  return values[left] + (values[right] - values[left]) * (at - left);
}

function axisLabel(
  row: number,
  ticks: readonly number[],
  labels: readonly string[],
  margin: number,
  yOf: (value: number) => number,
  paint: (code: number, text: string) => string,
): string {
  const i = ticks.findIndex((tick) => Math.round(yOf(tick)) >> 2 === row);
  return i < 0
    ? `${" ".repeat(margin - 1)}${paint(FAINT, "│")}`
    : `${labels[i].padStart(margin - 2)} ${paint(FAINT, "┤")}`;
}

/** The first time, the moment of the forecast and the last time, each where it belongs and none over another. */
function timeAxis(times: readonly number[] | null, steps: number, past: number, columns: number): string {
  const style = times ? timeStyle(times) : null;
  const label = (step: number) =>
    times && style ? formatTime(times[step], style) : step < past ? `−${past - step}` : `+${step - past + 1}`;
  const text = new Array<string>(columns).fill(" ");
  const used: [number, number][] = [];
  const place = (words: string, middle: number) => {
    const start = Math.max(0, Math.min(columns - words.length, Math.round(middle - words.length / 2)));
    const end = start + words.length;
    if (end > columns || used.some(([a, b]) => start < b + 2 && end > a - 2)) return;
    used.push([start, end]);
    for (let i = 0; i < words.length; i++) text[start + i] = words[i];
  };
  const columnOf = (step: number) => (step / Math.max(1, steps - 1)) * (columns - 1);
  if (past < steps) place(label(past), columnOf(past));
  place(label(0), 0);
  place(label(steps - 1), columns - 1);
  place(label(Math.floor(past / 2)), columnOf(Math.floor(past / 2)));
  return text.join("").trimEnd();
}
