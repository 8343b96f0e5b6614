import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import "./plots.css";
import { useWidth } from "../view/use-width.js";
import { linearScale, type Scale } from "./scale.js";

interface FrameProps {
  /** What is plotted, in words. */
  readonly label: string;
  readonly height: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly xName?: string;
  readonly yTick?: (value: number, decimals: number) => string;
  /** Names along the x axis, of which so many have room; absent: round numbers. */
  readonly xTicks?: (room: number) => readonly { readonly at: number; readonly name: string }[];
  /** Ends of the axes as given, not rounded. */
  readonly exact?: "x" | "both";
  readonly children: (x: Scale, y: Scale) => ComponentChildren;
}

const LEFT = 44;
const RIGHT = 10;
const TOP = 8;

/** Axes and grid of a small plot; what is inside draws in pixels. */
export function Frame({ label, height, x, y, xName, yTick, xTicks, exact, children }: FrameProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const bottom = xName || xTicks ? 36 : 22;
  const xs = linearScale(x, [LEFT, width - RIGHT], {
    ticks: Math.max(3, Math.min(8, width / 80)),
    exact: exact !== undefined,
  });
  const ys = linearScale(y, [height - bottom, TOP], { ticks: height / 42, exact: exact === "both" });
  const named =
    xTicks?.(Math.max(3, Math.min(7, Math.floor((width - LEFT) / 75)))) ??
    xs.ticks.map((at) => ({ at, name: tickText(at, xs.decimals) }));
  return (
    <div ref={box} class="plot" style={{ height: `${height}px` }}>
      {width > 0 && (
        <svg width={width} height={height} role="img" aria-label={label}>
          {ys.ticks.map((tick) => (
            <g key={tick}>
              <line class="plot-grid" x1={LEFT} x2={width - RIGHT} y1={ys.at(tick)} y2={ys.at(tick)} />
              <text class="plot-tick plot-tick-y" x={LEFT - 7} y={ys.at(tick)}>
                {yTick ? yTick(tick, ys.decimals) : tickText(tick, ys.decimals)}
              </text>
            </g>
          ))}
          {named.map(({ at, name }) => (
            <text key={at} class="plot-tick plot-tick-x" x={xs.at(at)} y={height - bottom + 15}>
              {name.split("\n").map((line, place) => (
                <tspan key={line} x={xs.at(at)} dy={place * 15}>
                  {line}
                </tspan>
              ))}
            </text>
          ))}
          {xName && (
            <text class="plot-name" x={(LEFT + width - RIGHT) / 2} y={height - 4}>
              {xName}
            </text>
          )}
          {children(xs, ys)}
        </svg>
      )}
    </div>
  );
}

function tickText(value: number, decimals: number): string {
  return value.toFixed(decimals).replace("-", "−");
}
