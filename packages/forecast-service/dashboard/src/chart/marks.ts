/** What is painted beside the data: the future, the gaps, and now. All coordinates are canvas pixels. */
import uPlot from "uplot";
import type { Anomaly } from "../forecast/anomaly.js";
import type { Palette } from "./palette.js";

/** A faint ground under everything that has not happened yet. */
export function drawFuture(u: uPlot, now: number, palette: Palette): void {
  const { left, top, width, height } = u.bbox;
  const from = Math.max(left, u.valToPos(now, "x", true));
  if (from >= left + width) return;
  u.ctx.save();
  u.ctx.fillStyle = palette.future;
  u.ctx.fillRect(from, top, left + width - from, height);
  u.ctx.restore();
}

/** Stretches without a value: a tint with dashed edges, so that a gap is not mistaken for white space. */
export function drawGaps(u: uPlot, gaps: readonly (readonly [number, number])[], palette: Palette): void {
  const { left, top, width, height } = u.bbox;
  const { ctx } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.lineWidth = uPlot.pxRatio;
  ctx.strokeStyle = palette.gapEdge;
  ctx.setLineDash([2 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
  for (const [start, end] of gaps) {
    const from = Math.round(u.valToPos(start, "x", true));
    const to = Math.round(u.valToPos(end, "x", true));
    if (to < left || from > left + width) continue;
    ctx.fillStyle = palette.gap;
    ctx.fillRect(from, top, Math.max(1, to - from), height);
    if (to - from < 6 * uPlot.pxRatio) continue;
    ctx.beginPath();
    for (const x of [from + 0.5, to - 0.5]) {
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
    }
    ctx.stroke();
  }
  ctx.restore();
}

/** The line between what was and what will be, with its name on it. */
export function drawNow(u: uPlot, now: number, palette: Palette): void {
  const { left, top, width, height } = u.bbox;
  const x = Math.round(u.valToPos(now, "x", true)) + 0.5;
  if (x < left || x > left + width) return;
  const ratio = uPlot.pxRatio;
  const { ctx } = u;
  ctx.save();
  ctx.strokeStyle = palette.now;
  ctx.lineWidth = ratio;
  ctx.setLineDash([]); // the last series left its dashes behind
  ctx.beginPath();
  ctx.moveTo(x, top);
  ctx.lineTo(x, top + height);
  ctx.stroke();

  ctx.font = `600 ${11 * ratio}px ${palette.font}`;
  const padding = 6 * ratio;
  const box = { width: ctx.measureText("now").width + 2 * padding, height: 16 * ratio };
  const boxLeft = Math.min(left + width - box.width, Math.max(left, x - box.width / 2));
  ctx.fillStyle = palette.now;
  ctx.beginPath();
  ctx.roundRect(boxLeft, top - box.height / 2, box.width, box.height, 4 * ratio);
  ctx.fill();
  ctx.fillStyle = palette.surface;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText("now", boxLeft + box.width / 2, top + 0.5 * ratio);
  ctx.restore();
}

/** A hollow diamond around each value that was not expected: told by its shape, not only by its colour. */
export function drawAnomalies(u: uPlot, anomalies: readonly Anomaly[], palette: Palette): void {
  const { left, top, width, height } = u.bbox;
  const { ctx } = u;
  const size = 5.5 * uPlot.pxRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = palette.anomaly;
  ctx.fillStyle = palette.surface;
  ctx.lineWidth = 1.75 * uPlot.pxRatio;
  ctx.setLineDash([]);
  for (const { at, value } of anomalies) {
    const x = u.valToPos(at / 1000, "x", true);
    const y = u.valToPos(value, "y", true);
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.closePath();
    ctx.globalAlpha = 0.6;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.stroke();
  }
  ctx.restore();
}

/** A limit that should not be reached, with its name on it. */
export function drawThreshold(u: uPlot, threshold: number, name: string, palette: Palette): void {
  const { left, top, width, height } = u.bbox;
  const y = Math.round(u.valToPos(threshold, "y", true)) + 0.5;
  if (y < top || y > top + height) return;
  u.ctx.save();
  u.ctx.strokeStyle = palette.axis;
  u.ctx.lineWidth = uPlot.pxRatio;
  u.ctx.setLineDash([2 * uPlot.pxRatio, 4 * uPlot.pxRatio]);
  u.ctx.beginPath();
  u.ctx.moveTo(left, y);
  u.ctx.lineTo(left + width, y);
  u.ctx.stroke();
  const size = 11 * uPlot.pxRatio;
  const above = y - top > 2 * size;
  u.ctx.font = `${size}px ${palette.font}`;
  u.ctx.fillStyle = palette.axis;
  u.ctx.textAlign = "left";
  u.ctx.textBaseline = above ? "bottom" : "top";
  u.ctx.fillText(name, left + 4 * uPlot.pxRatio, y + (above ? -3 : 4) * uPlot.pxRatio);
  u.ctx.restore();
}
