import type { Parameter } from "./parameters.js";

export interface Metric {
  readonly key: string;
  readonly value: number;
  readonly timestamp: number;
  readonly step: number;
}

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What log-batch takes. */
export interface Batch {
  readonly metrics: readonly Metric[];
  readonly params: readonly Parameter[];
  readonly tags: readonly Tag[];
}

/** MLflow's limits for one request: of each kind, of all together, and of the body, which may be 1 MB. */
const MOST = { metrics: 1000, params: 100, tags: 100 } as const;
const MOST_TOGETHER = 1000;
const MOST_BYTES = 900_000;

/** Divides what is to be logged into requests that MLflow takes. Metrics that are not finite are left out: they break the run's page. */
export function toBatches({ metrics, params, tags }: Batch): Batch[] {
  const batches: { metrics: Metric[]; params: Parameter[]; tags: Tag[] }[] = [];
  let bytes = Infinity;
  const add = <Kind extends keyof typeof MOST>(kind: Kind, item: Batch[Kind][number]) => {
    const size = Buffer.byteLength(JSON.stringify(item)) + 1;
    let last = batches.at(-1);
    const count = last === undefined ? 0 : last.metrics.length + last.params.length + last.tags.length;
    if (last === undefined || bytes + size > MOST_BYTES || count >= MOST_TOGETHER || last[kind].length >= MOST[kind]) {
      last = { metrics: [], params: [], tags: [] };
      batches.push(last);
      bytes = 0;
    }
    (last[kind] as Batch[Kind][number][]).push(item);
    bytes += size;
  };
  for (const tag of tags) add("tags", tag);
  for (const param of params) add("params", param);
  for (const metric of metrics) if (Number.isFinite(metric.value)) add("metrics", metric);
  return batches;
}
