import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { onTheme } from "../theme.js";
import { createPlot, type Plot, type PlotView, type Pointer } from "./plot.js";
import { readout } from "./readout.js";
import { Tooltip } from "./tooltip.js";

interface ChartProps {
  readonly view: PlotView;
  readonly label: string;
  /** Id of the text that says what the chart shows. */
  readonly describedBy: string;
  readonly zoomed: boolean;
  /** Seconds; null for all of it. */
  readonly onZoom: (range: readonly [from: number, to: number] | null) => void;
  /** Told the chart once it is there, for its picture. */
  readonly onReady?: (plot: Plot) => void;
}

const KEYS: Readonly<Record<string, number | "first" | "last">> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageUp: -12,
  PageDown: 12,
  Home: "first",
  End: "last",
};

/** A chart to look at, point at, drag over, and walk through by the arrow keys. */
export function Chart({ view, label, describedBy, zoomed, onZoom, onReady }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const [pointer, setPointer] = useState<Pointer | null>(null);
  // The chart is made once; what it calls must not be what was there at that time.
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const [spoken, setSpoken] = useState(false);

  // Made once; the effect after it feeds it. Both run before the next event: a key pressed then must not meet what was shown before.
  useLayoutEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = createPlot(element, view, {
      onPoint: setPointer,
      onZoom: (range) => zoom.current(range),
    });
    plot.current = made;
    onReady?.(made);
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry.contentRect;
      if (width > 0 && height > 0) made.resize(width, height);
    });
    observer.observe(element);
    const unsubscribe = onTheme(made.repaint);
    return () => {
      unsubscribe();
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, []);

  useLayoutEffect(() => plot.current?.show(view), [view]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      plot.current?.leave();
      if (zoomed) onZoom(null);
      return;
    }
    const factor = { "+": 0.5, "=": 0.5, "-": 2 }[event.key];
    if (factor !== undefined) {
      event.preventDefault();
      plot.current?.zoomBy(factor);
      return;
    }
    const move = KEYS[event.key];
    if (move === undefined) return;
    event.preventDefault();
    setSpoken(true);
    plot.current?.step(typeof move === "number" && event.shiftKey ? move * 12 : move);
  }

  // Another stretch may have fewer rows than the one that was pointed at.
  const content = pointer && pointer.row < view.timeline.x.length ? readout(view, pointer.row) : null;
  return (
    <div class="chart">
      <div
        class="chart-plot"
        ref={host}
        role="application"
        aria-roledescription="chart"
        aria-label={`${label}. Arrow keys read the values, plus and minus zoom, Escape shows all.`}
        aria-describedby={describedBy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read its values out
        tabIndex={0}
        onKeyDown={onKeyDown}
        onPointerMove={() => setSpoken(false)}
        onBlur={() => plot.current?.leave()}
      />
      {content && pointer && <Tooltip content={content} pointer={pointer} />}
      {zoomed && (
        <button type="button" class="button chart-reset" onClick={() => onZoom(null)}>
          Reset zoom
        </button>
      )}
      <p class="visually-hidden" aria-live="polite">
        {spoken && content ? content.spoken : ""}
      </p>
    </div>
  );
}
