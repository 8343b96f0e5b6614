/** The chart itself: uPlot with our series, bands and marks, behind five methods. */
import uPlot from "uplot";
import type { Timeline } from "../forecast/timeline.js";
import type { Unit } from "../format.js";
import { chooseRange, formatTick, TIME_STEPS, timeLabels } from "./axis.js";
import { dotted } from "./dots.js";
import { drawFuture, drawGaps, drawNow } from "./marks.js";
import { type Palette, readPalette } from "./palette.js";
import { readByFinger } from "./touch.js";

export interface PlotView {
  readonly timeline: Timeline;
  /** Seconds; what is shown unless the reader has zoomed in. */
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly unit: Unit;
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
  resetZoom(): void;
  destroy(): void;
}

export interface PlotEvents {
  onPoint(pointer: Pointer | null): void;
  onZoom(zoomed: boolean): void;
}

/** Columns of the aligned data, in drawing order: bands first, the lines above them. */
const OBSERVED = 5;
const MEDIAN = 6;

export function createPlot(host: HTMLElement, first: PlotView, events: PlotEvents): Plot {
  let view = first;
  let palette: Palette = readPalette();
  let zoom: [number, number] | null = null;

  const edge = (): uPlot.Series => ({ scale: "y", width: 0, points: { show: false } });
  const small = (u: uPlot) => u.width < 560;
  const axisFont = () => `12px ${palette.font}`;

  const options: uPlot.Options = {
    width: Math.max(1, host.clientWidth),
    height: Math.max(1, host.clientHeight),
    padding: [16, 20, 0, 0],
    legend: { show: false },
    select: { show: true, left: 0, top: 0, width: 0, height: 0 },
    cursor: {
      y: false,
      // Without this uPlot looks for the nearest value of each line, and marks an observation while the future is read.
      dataIdx: (_, __, row) => row,
      drag: { x: true, y: false, setScale: false, dist: 8 },
      points: {
        size: 9,
        width: 2,
        show: (_, series) => (series === OBSERVED || series === MEDIAN ? marker() : false) as HTMLElement,
        stroke: () => palette.surface,
        fill: (_, series) => (series === MEDIAN ? palette.median : palette.observed),
      },
    },
    scales: {
      x: { time: true, range: () => zoom ?? [view.from, view.to] },
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
        values: (u, splits, _, __, step) => timeLabels(splits, { step, short: small(u) }),
      },
      {
        stroke: () => palette.axis,
        font: axisFont(),
        grid: { stroke: () => palette.grid, width: 1 },
        ticks: { show: false },
        size: (u) => (small(u) ? 44 : 52),
        gap: 8,
        space: 44,
        values: (_, splits, __, ___, increment) => splits.map((value) => formatTick(value, increment, view.unit)),
      },
    ],
    series: [
      {},
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
      { scale: "y", stroke: () => palette.median, width: 2.25, dash: [7, 4], points: { show: false } },
    ],
    bands: [
      { series: [1, 2], fill: () => palette.band95 },
      { series: [3, 4], fill: () => palette.band80 },
    ],
    hooks: {
      drawClear: [
        (u) => {
          drawFuture(u, view.now, palette);
          drawGaps(u, view.timeline.gaps, palette);
        },
      ],
      draw: [(u) => drawNow(u, view.now, palette)],
      setCursor: [(u) => report(u)],
      setSelect: [(u) => select(u)],
    },
  };

  const plot = new uPlot(options, columns(view.timeline), host);
  plot.over.addEventListener("dblclick", resetZoom);
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
    setZoom([from, to]);
  }

  function setZoom(next: [number, number] | null): void {
    zoom = next;
    plot.setScale("x", { min: next?.[0] ?? view.from, max: next?.[1] ?? view.to });
    events.onZoom(zoom !== null);
  }

  function resetZoom(): void {
    if (zoom !== null) setZoom(null);
  }

  function step(rows: number | "first" | "last"): void {
    const { x } = view.timeline;
    const [from, to] = zoom ?? [view.from, view.to];
    const shown = x
      .map((_, row) => row)
      .filter((row) => x[row] >= from && x[row] <= to && hasValue(view.timeline, row));
    if (shown.length === 0) return;
    let place: number;
    if (rows === "first") place = 0;
    else if (rows === "last") place = shown.length - 1;
    else {
      const current = (plot.cursor.left ?? -1) < 0 ? undefined : (plot.cursor.idx ?? undefined);
      const start = current ?? lastAtOrBefore(x, shown, view.now);
      const found = shown.findIndex((row) => row >= start);
      const base = found === -1 ? shown.length - 1 : found;
      place = current === undefined ? base : Math.min(shown.length - 1, Math.max(0, base + rows));
    }
    const row = shown[place];
    plot.setCursor({ left: plot.valToPos(x[row], "x"), top: plot.over.clientHeight / 2 });
  }

  return {
    show(next) {
      const sameWindow = Math.abs(next.to - next.from - (view.to - view.from)) < 120;
      view = next;
      if (!sameWindow && zoom !== null) {
        zoom = null;
        events.onZoom(false);
      }
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
    resetZoom,
    destroy: () => plot.destroy(),
  };
}

function columns(timeline: Timeline): uPlot.AlignedData {
  const { x, upper95, lower95, upper80, lower80, observed, median } = timeline;
  return [x, upper95, lower95, upper80, lower80, observed, median];
}

/** Two weeks drawn with a full pen are a carpet. */
function lineWidth(plot: uPlot, { timeline }: PlotView): number {
  return timeline.x.length > plot.width * 0.8 ? 1.1 : 1.75;
}

export function hasValue(timeline: Timeline, row: number): boolean {
  return typeof timeline.observed[row] === "number" || typeof timeline.median[row] === "number";
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
