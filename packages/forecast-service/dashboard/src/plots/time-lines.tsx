import { useState } from "preact/hooks";
import { TIME_STEPS, timeLabels } from "../chart/axis.js";
import { formatDayClock, formatUtc } from "../format.js";
import { Frame } from "./frame.js";

export interface TimeLine {
  readonly name: string;
  /** Class of the line and of its key: `model`, `naive`, `in80` … */
  readonly kind: string;
  readonly values: readonly (number | null)[];
}

interface TimeLinesProps {
  readonly label: string;
  /** Milliseconds; one for each value. */
  readonly times: readonly number[];
  readonly lines: readonly TimeLine[];
  /** Level lines with a name, such as what a coverage should be. */
  readonly levels?: readonly { readonly value: number; readonly kind: string }[];
  readonly y?: readonly [number, number];
  readonly format: (value: number | null) => string;
  readonly height?: number;
}

/** A few lines over time, read by pointing or by the arrow keys. A value that is missing breaks its line. */
export function TimeLines({ label, times, lines, levels = [], y, format, height = 230 }: TimeLinesProps) {
  const [row, setRow] = useState<number | null>(null);
  const values = lines.flatMap((line) => line.values.filter((value) => value !== null));
  const range = y ?? [0, Math.max(1e-9, ...values)];
  const [first, last] = [times[0] ?? 0, times[times.length - 1] ?? 1];
  const rows = times.map((_, index) => index).filter((index) => lines.some((line) => line.values[index] !== null));
  const move = (by: number) => {
    const place = row === null ? rows.length - 1 : rows.indexOf(row) + by;
    setRow(rows[Math.min(rows.length - 1, Math.max(0, place))] ?? null);
  };
  return (
    <div class="time-lines">
      <ul class="legend">
        {lines.map((line) => (
          <li key={line.kind}>
            <span class={`key key-line line-${line.kind}`} />
            {line.name}
            {row !== null && <b>{format(line.values[row])}</b>}
          </li>
        ))}
        <li class="time-lines-at" title={row === null ? undefined : formatUtc(times[row])}>
          {row === null ? "" : formatDayClock(times[row])}
        </li>
      </ul>
      <div
        role="application"
        aria-roledescription="chart"
        aria-label={`${label}. Arrow keys read the values.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read its values out
        tabIndex={0}
        onKeyDown={(event) => {
          const by = { ArrowLeft: -1, ArrowRight: 1, Home: -1e6, End: 1e6 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          move(by);
        }}
        onBlur={() => setRow(null)}
        onPointerLeave={() => setRow(null)}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - box.left - 44) / (box.width - 54);
          const wanted = first + share * (last - first);
          let best: number | null = null;
          for (const index of rows) {
            if (best === null || Math.abs(times[index] - wanted) < Math.abs(times[best] - wanted)) best = index;
          }
          setRow(best);
        }}
      >
        <Frame
          label={label}
          height={height}
          x={[first, last]}
          y={range}
          exact={y ? "both" : "x"}
          xTicks={(room) => timeTicks(first, last, room)}
          yTick={(value) => format(value)}
        >
          {(xs, ys) => (
            <>
              {levels.map(({ value, kind }) => (
                <line
                  key={value}
                  class={`plot-level line-${kind}`}
                  x1={xs.at(first)}
                  x2={xs.at(last)}
                  y1={ys.at(value)}
                  y2={ys.at(value)}
                />
              ))}
              {row !== null && (
                <line
                  class="plot-cursor"
                  x1={xs.at(times[row])}
                  x2={xs.at(times[row])}
                  y1={ys.at(ys.to)}
                  y2={ys.at(ys.from)}
                />
              )}
              {lines.map((line) => (
                <path
                  key={line.kind}
                  class={`plot-line line-${line.kind}`}
                  d={path(line.values, (index) => xs.at(times[index]), ys.at)}
                />
              ))}
              {lines.map((line) =>
                lonely(line.values).map((index) => (
                  <circle
                    key={`${line.kind} ${index}`}
                    class={`plot-dot line-${line.kind}`}
                    cx={xs.at(times[index])}
                    cy={ys.at(line.values[index] ?? 0)}
                    r="3.5"
                  />
                )),
              )}
              {row !== null &&
                lines.map((line) => {
                  const value = line.values[row];
                  return value === null ? null : (
                    <circle
                      key={line.kind}
                      class={`plot-dot line-${line.kind}`}
                      cx={xs.at(times[row])}
                      cy={ys.at(value)}
                      r="4"
                    />
                  );
                })}
            </>
          )}
        </Frame>
      </div>
      <p class="visually-hidden" aria-live="polite">
        {row !== null &&
          `${formatDayClock(times[row])}: ${lines.map((line) => `${line.name} ${format(line.values[row])}`).join(", ")}`}
      </p>
    </div>
  );
}

function path(values: readonly (number | null)[], x: (index: number) => number, y: (value: number) => number): string {
  let text = "";
  let pen = "M";
  values.forEach((value, index) => {
    if (value === null) {
      pen = "M";
      return;
    }
    text += `${pen}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
    pen = "L";
  });
  return text;
}

/** Values between two gaps: they have no line to be seen by. */
function lonely(values: readonly (number | null)[]): number[] {
  const missing = (index: number) => (values[index] ?? null) === null;
  return values.flatMap((value, index) => (value !== null && missing(index - 1) && missing(index + 1) ? [index] : []));
}

/** At most so many round times of the reader's zone, the day below the first and wherever one begins. */
function timeTicks(first: number, last: number, room: number): { at: number; name: string }[] {
  const step =
    TIME_STEPS.find((seconds) => (last - first) / 1000 / seconds <= room) ?? TIME_STEPS[TIME_STEPS.length - 1];
  const zone = new Date(first).getTimezoneOffset() * 60;
  const splits: number[] = [];
  for (let at = Math.ceil((first / 1000 - zone) / step) * step + zone; at * 1000 <= last; at += step) splits.push(at);
  const names = timeLabels(splits, { step, short: true });
  return splits.map((seconds, place) => ({ at: seconds * 1000, name: names[place] }));
}
