import type { SeriesEntry } from "../../../../src/http/contract.js";
import type { Anomaly } from "../../forecast/anomaly.js";
import type { Timeline } from "../../forecast/timeline.js";
import { saveFile } from "../../view/save-file.js";
import { fileName, timelineCsv } from "./timeline-csv.js";

export interface Exported {
  readonly entry: SeriesEntry;
  readonly timeline: Timeline | null;
  readonly anomalies: readonly Anomaly[];
  readonly pastName: string | null;
}

/** Saves what the chart shows. */
export function saveCsv({ entry, timeline, anomalies, pastName }: Exported): void {
  if (!timeline) return;
  const text = timelineCsv(timeline, anomalies, pastName !== null);
  saveFile(new Blob([text], { type: "text/csv;charset=utf-8" }), `${fileName(entry.id)}.csv`);
}
