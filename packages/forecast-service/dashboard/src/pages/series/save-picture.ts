/** The chart as a picture that says by itself what it shows: title, legend and time below and above the drawing. */
import type { RefObject } from "preact";
import { type Palette, readPalette } from "../../chart/palette.js";
import type { Plot } from "../../chart/plot.js";
import { formatDayClock, formatUtc } from "../../format.js";
import { metricName } from "../../names.js";
import { saveFile } from "../../view/save-file.js";
import type { Exported } from "./save-csv.js";
import { fileName } from "./timeline-csv.js";

const HEAD = 64;
const FOOT = 44;
const PADDING = 16;

export async function savePicture({
  entry,
  plot,
  pastName,
  anomalies,
}: Exported & { readonly plot: RefObject<Plot | null> }): Promise<void> {
  const drawn = plot.current?.canvas();
  if (!drawn) return;
  const palette = readPalette();
  const ratio = drawn.width / Math.max(1, drawn.clientWidth);
  const picture = document.createElement("canvas");
  picture.width = drawn.width + 2 * PADDING * ratio;
  picture.height = drawn.height + (HEAD + FOOT) * ratio;
  const context = picture.getContext("2d");
  if (!context) return;
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
  const synthetic = entry.synthetic ? "Synthetic data. " : "";
  context.fillText(`${synthetic}As of ${formatDayClock(Date.now())} (${formatUtc(Date.now())}), Loadcast`, PADDING, 46);
  drawLegend(context, palette, picture.height / ratio - FOOT / 2, { pastName, anomalies: anomalies.length > 0 });

  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve, "image/png"));
  if (blob) saveFile(blob, `${fileName(entry.id)}.png`);
}

function drawLegend(
  context: CanvasRenderingContext2D,
  palette: Palette,
  y: number,
  shown: { pastName: string | null; anomalies: boolean },
): void {
  const entries: [name: string, colour: string, height: number][] = [
    ["Observed", palette.observed, 3],
    ["Forecast, median", palette.median, 3],
    ["80 % range", palette.band80, 12],
    ["95 % range", palette.band95, 12],
  ];
  if (shown.pastName) entries.push([shown.pastName, palette.past, 3]);
  if (shown.anomalies) entries.push(["Unusual value", palette.anomaly, 6]);
  let x = PADDING;
  for (const [name, colour, height] of entries) {
    context.fillStyle = colour;
    context.fillRect(x, y - height / 2, 18, height);
    context.fillStyle = palette.axis;
    context.fillText(name, x + 25, y);
    x += 25 + context.measureText(name).width + 20;
  }
}
