/** Numbers to pixels, and round numbers to write beside them. */
import { niceStep } from "../chart/axis.js";

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Ascending, inside [from, to]. */
  readonly ticks: readonly number[];
  /** Decimals that tell the ticks apart. */
  readonly decimals: number;
  at(value: number): number;
}

/** A linear scale over [low, high] in pixels [start, end], widened to round numbers unless `exact`. */
export function linearScale(
  [low, high]: readonly [number, number],
  [start, end]: readonly [number, number],
  { ticks: wanted = 5, exact = false }: { ticks?: number; exact?: boolean } = {},
): Scale {
  const span = high > low ? high - low : Math.max(Math.abs(high), 1);
  const step = niceStep(span / wanted);
  const from = exact ? low : Math.floor(low / step + 1e-9) * step;
  const to = exact ? low + span : Math.max(Math.ceil((low + span) / step - 1e-9) * step, from + step);
  const ticks: number[] = [];
  for (let k = Math.ceil(from / step - 1e-9); k * step <= to + step * 1e-9; k++)
    ticks.push(k * step || 0) /* no minus zero */;
  const decimals = Math.max(
    0,
    Math.min(6, -Math.floor(Math.log10(step) + 1e-9) + (/^25/.test(step.toPrecision(2).replace(/[0.]/g, "")) ? 1 : 0)),
  );
  return { from, to, ticks, decimals, at: (value) => start + ((value - from) / (to - from)) * (end - start) };
}
