import {
  type InfluxdbField,
  type InfluxdbMetric,
  influxdbPresets,
  influxdbSource,
  nodeExporter,
  type PrometheusMetric,
  prometheusSource,
  type Samples,
  type SeriesKey,
  type TimeRange,
  windowsExporter,
} from "@loadcast/metrics-io";
import { regularExpressions } from "../config/pattern.js";
import type { SourceConfig } from "../config/sources.js";

/** A server whose hosts are all read with one query for each metric. */
export interface Remote {
  readonly metrics: readonly string[];
  readMetric(metric: string, range: TimeRange): Promise<(SeriesKey & Samples)[]>;
  close(): Promise<void>;
}

export type PrometheusConfig = Extract<SourceConfig, { kind: "prometheus" }>;
export type InfluxdbConfig = Extract<SourceConfig, { kind: "influxdb" }>;

/** The server that a part of the configuration describes. Nothing is connected yet. */
export function openRemote(config: PrometheusConfig | InfluxdbConfig): Remote {
  return config.kind === "prometheus" ? openPrometheus(config) : openInfluxdb(config);
}

const PROMETHEUS_PRESETS = { "node-exporter": nodeExporter, "windows-exporter": windowsExporter, none: {} };

function openPrometheus(config: PrometheusConfig): Remote {
  const metrics: Record<string, PrometheusMetric> = { ...PROMETHEUS_PRESETS[config.preset], ...config.metrics };
  const { url, hostLabel, step, timeout, backfill } = config;
  const source = prometheusSource({
    url,
    ...login(config),
    metrics,
    hostLabel,
    matchers: promqlMatchers(config.match),
    stepSeconds: step / 1000,
    timeoutMillis: timeout,
    // A round begins anew soon enough; what is tried again here would only hold it up.
    retries: 1,
    retentionSeconds: Math.max(backfill / 1000, 86_400) * 2,
  });
  return { metrics: Object.keys(metrics), readMetric: source.readMetric, close: source.close };
}

const INFLUXDB_PRESETS: Record<InfluxdbConfig["preset"], Readonly<Record<string, InfluxdbMetric>>> = {
  any: influxdbPresets.any,
  telegraf: influxdbPresets.telegraf,
  "node-exporter": influxdbPresets.nodeExporter,
  "windows-exporter": influxdbPresets.windowsExporter,
  none: {},
};

function openInfluxdb(config: InfluxdbConfig): Remote {
  const own = config.metrics as Readonly<Record<string, InfluxdbMetric>>;
  const all: Readonly<Record<string, InfluxdbMetric>> = { ...INFLUXDB_PRESETS[config.preset], ...own };
  const metrics = Object.fromEntries(
    Object.entries(all).map(([name, metric]) => [name, withTags(metric, config.match)]),
  );
  const { url, org, bucket, token = "", hostTag, timeout } = config;
  const source = influxdbSource({
    url,
    org,
    bucket,
    token,
    hostTag,
    metrics,
    timeoutMillis: timeout,
    retries: 1,
  });
  return { metrics: Object.keys(metrics), readMetric: source.readMetric, close: source.close };
}

/** `match` holds for every field of a metric. */
function withTags(metric: InfluxdbMetric, match: InfluxdbConfig["match"]): InfluxdbMetric {
  const tagged = (field: InfluxdbField): InfluxdbField => ({ ...field, tags: { ...field.tags, ...match } });
  const one = (part: Exclude<InfluxdbMetric, readonly unknown[]>) =>
    "inputs" in part
      ? {
          ...part,
          inputs: Object.fromEntries(Object.entries(part.inputs).map(([name, field]) => [name, tagged(field)])),
        }
      : tagged(part);
  return isList(metric) ? metric.map(one) : one(metric);
}

function isList(metric: InfluxdbMetric): metric is Extract<InfluxdbMetric, readonly unknown[]> {
  return Array.isArray(metric);
}

/** { job: ["node"], env: ["prod-*", "!prod-x"] } → job=~"node",env=~"prod-.*",env!~"prod\\-x" */
export function promqlMatchers(match: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(match)
    .flatMap(([label, patterns]) => {
      const { wanted, unwanted } = regularExpressions(patterns);
      return [
        ...(wanted === null ? [] : [`${label}=~${JSON.stringify(wanted)}`]),
        ...(unwanted === null ? [] : [`${label}!~${JSON.stringify(unwanted)}`]),
      ];
    })
    .join(",");
}

function login({ token, username, password }: PrometheusConfig) {
  return {
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
