/** The chart itself: uPlot with our series, bands and marks, behind five methods. */
import uPlot from "uplot";
import type { Anomaly } from "../forecast/anomaly.js";
import { formatThreshold } from "../forecast/threshold.js";
import type { Timeline } from "../forecast/timeline.js";
import type { Unit } from "../format.js";
import { chooseRange, TIME_STEPS, timeLabels, valueLabels } from "./axis.js";
import { dotted } from "./dots.js";
import { drawAnomalies, drawFuture, drawGaps, drawNow, drawThreshold } from "./marks.js";
import { type Palette, readPalette } from "./palette.js";
import { readByFinger } from "./touch.js";

export interface PlotView {
  readonly timeline: Timeline;
  /** Seconds; what is shown. */
  readonly from: number;
  readonly to: number;
  /** Null where there is no present, as in a file. */
  readonly now: number | null;
  readonly unit: Unit;
  readonly anomalies: readonly Anomaly[];
  readonly threshold: number | null;
  /** What the forecasts made before are called. */
  readonly pastName?: string;
  /** Times are shown as they were written; absent: that of the reader. Fixed when the chart is made. */
  readonly timeZone?: "UTC";
}

/** Where the reader points: a row of the timeline, its distance from the chart's left edge, and the chart's width. */
export interface Pointer {
  readonly row: number;
  readonly left: number;
  readonly width: number;
}

export interface Plot {
  show(view: PlotView): void;
  resize(width: number, height: number): void;
  repaint(): void;
  /** Moves the pointer by rows that hold a value; from nothing, starts at now. */
  step(rows: number | "first" | "last"): void;
  leave(): void;
  /** Half or twice as much, around the pointer or the middle. */
  zoomBy(factor: number): void;
  /** The picture as it is now. */
  canvas(): HTMLCanvasElement;
  destroy(): void;
}

export interface PlotEvents {
  onPoint(pointer: Pointer | null): void;
  /** The reader wants to see this stretch (seconds), or all of it again. */
  onZoom(range: readonly [from: number, to: number] | null): void;
}

/** Columns of the aligned data, in drawing order: bands first, the lines above them. */
const OBSERVED = 7;
const PAST = 8;
const MEDIAN = 9;

/** Less than this shows nothing but noise between two values, in seconds. */
const CLOSEST = 900;

export function createPlot(host: HTMLElement, first: PlotView, events: PlotEvents): Plot {
  let view = first;
  let palette: Palette = readPalette();

  const edge = (): uPlot.Series => ({ scale: "y", width: 0, points: { show: false } });
  const small = (u: uPlot) => u.width < 560;
  const axisFont = () => `12px ${palette.font}`;

  const options: uPlot.Options = {
    width: Math.max(1, host.clientWidth),
    height: Math.max(1, host.clientHeight),
    padding: [16, 20, 0, 0],
    legend: { show: false },
    ...(first.timeZone ? { tzDate: (seconds: number) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC") } : {}),
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      y: false,
      // Without this uPlot looks for the nearest value of each line, and marks an observation while the future is read.
      dataIdx: (_, __, row) => row,
      drag: { x: true, y: false, setScale: false, dist: 8 },
      points: {
        size: 9,
        width: 2,
        show: (_, series) => (series >= OBSERVED ? marker() : false) as HTMLElement,
        stroke: () => palette.surface,
        fill: (_, series) => ({ [MEDIAN]: palette.median, [PAST]: palette.past })[series] ?? palette.observed,
      },
    },
    scales: {
      x: { time: true, range: () => [view.from, view.to] },
      y: { range: (_, lowest, highest) => chooseRange(lowest, highest, view.unit) },
    },
    axes: [
      {
        stroke: () => palette.axis,
        font: axisFont(),
        grid: { show: false },
        ticks: { stroke: () => palette.grid, size: 5, width: 1 },
        border: { show: true, stroke: () => palette.grid, width: 1 },
        space: (u) => (small(u) ? 62 : 80),
        size: 44,
        gap: 5,
        incrs: [...TIME_STEPS],
        values: (u, splits, _, __, step) =>
          timeLabels(splits, { step, short: small(u), ...(first.timeZone ? { timeZone: first.timeZone } : {}) }),
      },
      {
        stroke: () => palette.axis,
        font: axisFont(),
        grid: { stroke: () => palette.grid, width: 1 },
        ticks: { show: false },
        // As wide as the longest label, at least as wide as those of percentages: charts of one host begin at the same place.
        size: (u, values) => Math.max(small(u) ? 44 : 52, Math.ceil(widest(u, values ?? [], axisFont())) + 14),
        gap: 8,
        space: 44,
        values: (_, splits, __, ___, increment) => valueLabels(splits, increment, view.unit),
      },
    ],
    series: [
      {},
      edge(),
      edge(),
      edge(),
      edge(),
      edge(),
      edge(),
      {
        scale: "y",
        stroke: () => palette.observed,
        width: 1.75,
        points: {
          show: true,
          size: 4,
          width: 0,
          fill: () => palette.observed,
          filter: (u, series) => dotted(u.data[series] as (number | null | undefined)[]),
        },
      },
      { scale: "y", stroke: () => palette.past, width: 1.5, points: { show: false } },
      { scale: "y", stroke: () => palette.median, width: 2.25, dash: [7, 4], points: { show: false } },
    ],
    bands: [
      { series: [1, 2], fill: () => palette.band95 },
      { series: [3, 4], fill: () => palette.band80 },
      { series: [5, 6], fill: () => palette.pastBand },
    ],
    hooks: {
      drawClear: [
        (u) => {
          if (view.now !== null) drawFuture(u, view.now, palette);
          drawGaps(u, view.timeline.gaps, palette);
        },
      ],
      draw: [
        (u) => {
          if (view.threshold !== null)
            drawThreshold(u, view.threshold, `limit ${formatThreshold(view.threshold, view.unit)}`, palette);
          drawAnomalies(u, view.anomalies, palette);
          if (view.now !== null) drawNow(u, view.now, palette);
        },
      ],
      setCursor: [(u) => report(u)],
      setSelect: [(u) => select(u)],
    },
  };

  const plot = new uPlot(options, columns(view.timeline), host);
  plot.over.addEventListener("dblclick", () => events.onZoom(null));
  readByFinger(plot);

  function report(u: uPlot): void {
    const row = u.cursor.idx;
    const left = u.cursor.left ?? -1;
    if (row === null || row === undefined || left < 0 || !hasValue(view.timeline, row)) events.onPoint(null);
    else events.onPoint({ row, left: u.over.offsetLeft + u.valToPos(view.timeline.x[row], "x"), width: u.width });
  }

  function select(u: uPlot): void {
    if (u.select.width <= 0) return;
    const from = u.posToVal(u.select.left, "x");
    const to = u.posToVal(u.select.left + u.select.width, "x");
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (to - from >= CLOSEST / 5) events.onZoom([from, to]);
  }

  function zoomBy(factor: number): void {
    const width = (view.to - view.from) * factor;
    if (width < CLOSEST) return;
    const pointed = (plot.cursor.left ?? -1) >= 0 ? plot.posToVal(plot.cursor.left ?? 0, "x") : null;
    const centre = pointed ?? (view.from + view.to) / 2;
    const share = (centre - view.from) / (view.to - view.from);
    events.onZoom([centre - share * width, centre + (1 - share) * width]);
  }

  function step(rows: number | "first" | "last"): void {
    const { x } = view.timeline;
    const { from, to } = view;
    const shown = x
      .map((_, row) => row)
      .filter((row) => x[row] >= from && x[row] <= to && hasValue(view.timeline, row));
    if (shown.length === 0) return;
    let place: number;
    if (rows === "first") place = 0;
    else if (rows === "last") place = shown.length - 1;
    else {
      const current = (plot.cursor.left ?? -1) < 0 ? undefined : (plot.cursor.idx ?? undefined);
      const start = current ?? lastAtOrBefore(x, shown, view.now ?? to);
      const found = shown.findIndex((row) => row >= start);
      const base = found === -1 ? shown.length - 1 : found;
      place = current === undefined ? base : Math.min(shown.length - 1, Math.max(0, base + rows));
    }
    const row = shown[place];
    plot.setCursor({ left: plot.valToPos(x[row], "x"), top: plot.over.clientHeight / 2 });
  }

  return {
    show(next) {
      view = next;
      plot.series[OBSERVED].width = lineWidth(plot, view);
      plot.setData(columns(view.timeline), true);
    },
    resize: (width, height) => plot.setSize({ width, height }),
    repaint() {
      palette = readPalette();
      plot.redraw(false, true);
    },
    step,
    leave: () => plot.setCursor({ left: -10, top: -10 }),
    zoomBy,
    canvas: () => plot.ctx.canvas,
    destroy: () => plot.destroy(),
  };
}

function widest(plot: uPlot, labels: readonly string[], font: string): number {
  const { ctx } = plot;
  ctx.save();
  ctx.font = font;
  const width = Math.max(0, ...labels.map((label) => ctx.measureText(label).width));
  ctx.restore();
  return width;
}

function columns(timeline: Timeline): uPlot.AlignedData {
  const { x, upper95, lower95, upper80, lower80, pastUpper, pastLower, observed, past, median } = timeline;
  return [x, upper95, lower95, upper80, lower80, pastUpper, pastLower, observed, past, median];
}

/** Two weeks drawn with a full pen are a carpet. */
function lineWidth(plot: uPlot, { timeline }: PlotView): number {
  return timeline.x.length > plot.width * 0.8 ? 1.1 : 1.75;
}

export function hasValue(timeline: Timeline, row: number): boolean {
  return [timeline.observed, timeline.median, timeline.past].some((column) => typeof column[row] === "number");
}

function lastAtOrBefore(x: readonly number[], rows: readonly number[], time: number): number {
  let last = rows[0];
  for (const row of rows) if (x[row] <= time) last = row;
  return last;
}

function marker(): HTMLElement {
  const element = document.createElement("div");
  element.className = "u-cursor-pt";
  return element;
}
