import { AdapterError } from "../../errors.js";

export const NAME = "prometheus";

/**
 * What a metric is in PromQL. `$selector` stands where the label matchers of a host go, as in `node_load1{$selector}`.
 *
 * `query` is evaluated at every step: for whatever must be computed. `samples` is a plain selector whose samples are read as they were
 * scraped, at their own times.
 */
export type PrometheusMetric =
  | { readonly query: string; readonly samples?: never }
  | { readonly samples: string; readonly query?: never };

/**
 * CPU and memory in use, from node_exporter (Linux and other Unix). Averages by host, also where there is one value: a host whose other
 * labels change (a version, a job) has two series for some minutes, and stays one host.
 */
export const nodeExporter: Readonly<Record<"cpu_percent" | "memory_percent", PrometheusMetric>> = {
  cpu_percent: { query: '100 * (1 - avg by ($label) (rate(node_cpu_seconds_total{mode="idle",$selector}[5m])))' },
  memory_percent: {
    query:
      "100 * (1 - avg by ($label) (node_memory_MemAvailable_bytes{$selector})" +
      " / avg by ($label) (node_memory_MemTotal_bytes{$selector}))",
  },
};

/** CPU and memory in use, from windows_exporter. Memory has the names of 0.29 and later, else those that went with 0.31. */
export const windowsExporter: Readonly<Record<"cpu_percent" | "memory_percent", PrometheusMetric>> = {
  cpu_percent: { query: '100 * (1 - avg by ($label) (rate(windows_cpu_time_total{mode="idle",$selector}[5m])))' },
  memory_percent: {
    query:
      "100 * (1 - avg by ($label) (windows_memory_physical_free_bytes{$selector})" +
      " / avg by ($label) (windows_memory_physical_total_bytes{$selector}))" +
      " or 100 * (1 - avg by ($label) (windows_os_physical_memory_free_bytes{$selector})" +
      " / avg by ($label) (windows_cs_physical_memory_bytes{$selector}))",
  },
};

/** What of the hosts a query is about. */
export interface Selection {
  /** Label that tells hosts apart. */
  readonly label: string;
  /** One host; all that have the label when left out. */
  readonly host?: string;
  /** Matchers that every query has, such as `job="node"`. */
  readonly matchers?: string | undefined;
}

/** The PromQL of a metric for a selection. */
export function promql(metric: PrometheusMetric, { label, host, matchers }: Selection): string {
  const one = host === undefined ? `${label}!=""` : `${label}=${promqlString(host)}`;
  const selector = matchers === undefined || matchers === "" ? one : `${matchers},${one}`;
  // Replacements are functions because a host may hold $&, which replace would take for a pattern.
  return (metric.query ?? metric.samples).replaceAll("$selector", () => selector).replaceAll("$label", () => label);
}

/** Throws AdapterError (INVALID_ARGUMENT) unless metrics and label can be used. */
export function checkMetrics(metrics: Readonly<Record<string, PrometheusMetric>>, label: string): void {
  const refuse = (message: string): never => {
    throw new AdapterError(NAME, message, { code: "INVALID_ARGUMENT" });
  };
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(label))
    refuse(`hostLabel must be a label name such as instance, got ${JSON.stringify(label)}`);
  if (Object.keys(metrics).length === 0) refuse("metrics must name at least one, for example the preset nodeExporter");
  for (const [name, metric] of Object.entries(metrics)) {
    const text: unknown = metric.query ?? metric.samples;
    if (typeof text !== "string" || !text.includes("$selector")) {
      refuse(
        `the metric ${name} needs $selector where the labels of a host go, as in node_load1{$selector}; got ${JSON.stringify(text)}`,
      );
    }
  }
}

/** A PromQL string literal. */
function promqlString(text: string): string {
  return JSON.stringify(text).replace(/\u007f/g, "\\u007f");
}
