/** The chart as a picture that says by itself what it shows: title, legend and time below and above the drawing. */
import type { RefObject } from "preact";
import { type Palette, readPalette } from "../../chart/palette.js";
import type { Plot } from "../../chart/plot.js";
import { formatDayClock, formatZone } from "../../format.js";
import { metricName } from "../../names.js";
import { saveFile } from "../../view/save-file.js";
import { type LegendKey, legendEntries } from "./legend.js";
import type { Exported } from "./save-csv.js";
import { fileName } from "./timeline-csv.js";

const HEAD = 64;
const FOOT = 44;
const LINE = 22;
const PADDING = 16;
/** Width of what stands before a name in the legend. */
const KEY = 18;

interface Place {
  readonly key: LegendKey;
  readonly name: string;
  readonly x: number;
  readonly line: number;
}

export async function savePicture({
  entry,
  plot,
  timeline,
  pastName,
  anomalies,
}: Exported & { readonly plot: RefObject<Plot | null> }): Promise<void> {
  const drawn = plot.current?.canvas();
  if (!drawn) return;
  const palette = readPalette();
  const ratio = drawn.width / Math.max(1, drawn.clientWidth);
  const picture = document.createElement("canvas");
  const context = picture.getContext("2d");
  if (!context) return;
  const entries = legendEntries({
    forecast: timeline?.median.some((value) => typeof value === "number") ?? false,
    gaps: timeline !== null && timeline.gaps.length > 0,
    past: pastName,
    anomalies: anomalies.length > 0,
  });
  const legend = laidOut(context, entries, drawn.width / ratio + 2 * PADDING);
  const foot = FOOT + LINE * (legend[legend.length - 1]?.line ?? 0);
  picture.width = drawn.width + 2 * PADDING * ratio;
  picture.height = drawn.height + (HEAD + foot) * ratio;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, picture.width, picture.height);
  context.drawImage(drawn, PADDING * ratio, HEAD * ratio);
  context.scale(ratio, ratio);
  context.textBaseline = "middle";

  context.fillStyle = palette.now;
  context.font = `700 18px ${palette.font}`;
  context.fillText(`${metricName(entry.metric)} · ${entry.host}`, PADDING, 24);
  context.fillStyle = palette.axis;
  context.font = `13px ${palette.font}`;
  const now = Date.now();
  const synthetic = entry.synthetic ? "Synthetic data. " : "";
  context.fillText(`${synthetic}As of ${formatDayClock(now)}. ${formatZone(now)}. Loadcast`, PADDING, 46);
  for (const { key, name, x, line } of legend) {
    const y = picture.height / ratio - foot + FOOT / 2 + line * LINE;
    drawKey(context, key, x, y, palette);
    context.fillText(name, x + KEY + 7, y);
  }

  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, "image/png"));
  if (blob) saveFile(blob, `${fileName(entry.id)}.png`);
}

/** Where each entry goes: as many in a line as fit. */
function laidOut(context: CanvasRenderingContext2D, entries: readonly [LegendKey, string][], width: number): Place[] {
  context.font = `13px ${readPalette().font}`;
  let [x, line] = [PADDING, 0];
  return entries.map(([key, name]) => {
    const wide = KEY + 7 + context.measureText(name).width;
    if (x > PADDING && x + wide > width - PADDING) [x, line] = [PADDING, line + 1];
    const place = { key, name, x, line };
    x += wide + 20;
    return place;
  });
}

/** The keys look as their lines and grounds do in the drawing. */
function drawKey(context: CanvasRenderingContext2D, key: LegendKey, x: number, y: number, palette: Palette): void {
  const ground = { range80: palette.band80, range95: palette.band95, past80: palette.pastBand, gap: palette.gap };
  const line = { observed: palette.observed, median: palette.median, past: palette.past };
  context.save();
  if (key in ground) {
    context.fillStyle = ground[key as keyof typeof ground];
    // In the drawing the narrow band lies on the wide one.
    if (key === "range80") context.fillStyle = palette.band95;
    context.fillRect(x, y - 6, KEY, 12);
    if (key === "range80") {
      context.fillStyle = palette.band80;
      context.fillRect(x, y - 6, KEY, 12);
    }
  } else if (key === "anomaly") {
    context.strokeStyle = palette.anomaly;
    context.lineWidth = 1.75;
    context.beginPath();
    for (const [dx, dy] of [
      [0, -5.5],
      [5.5, 0],
      [0, 5.5],
      [-5.5, 0],
    ])
      context.lineTo(x + KEY / 2 + dx, y + dy);
    context.closePath();
    context.stroke();
  } else {
    context.strokeStyle = line[key as keyof typeof line];
    context.lineWidth = 2.5;
    if (key === "median") context.setLineDash([7, 4]);
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + KEY, y);
    context.stroke();
  }
  context.restore();
}
