import { stat } from "node:fs/promises";
import { csvSource, type MetricSource, parquetSource } from "@loadcast/metrics-io";
import type { SourceConfig } from "../config/sources.js";

export type FileConfig = Extract<SourceConfig, { kind: "csv" | "parquet" }>;

/** A file that samples are kept in, or several of them. */
export interface FileReader {
  /** Changes when the files do. */
  fingerprint(): Promise<string>;
  /** A source that reads them as they are now. */
  open(): MetricSource;
}

export function fileReader(config: FileConfig): FileReader {
  const given = Object.fromEntries(
    Object.entries(config).filter(([key, value]) => value !== undefined && !["kind", "name", "every"].includes(key)),
  ) as { path: string };
  const open = () => (config.kind === "csv" ? csvSource(given) : parquetSource(given));
  return {
    open,
    async fingerprint() {
      if (config.kind === "csv" || !/[*?[]/.test(config.path)) {
        const { size, mtimeMs, ino } = await stat(config.path);
        return `${size} ${mtimeMs} ${ino}`;
      }
      // A pattern stands for files that come and go: what they hold tells.
      const source = open();
      try {
        const series = await source.listSeries();
        return JSON.stringify(series.map(({ id, first, last, count }) => [id, first, last, count]));
      } finally {
        await source.close();
      }
    },
  };
}
