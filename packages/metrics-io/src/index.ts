export { type CsvSourceOptions, csvSource } from "./adapters/csv.js";
export { derivedSource } from "./adapters/derived.js";
export { databaseFile } from "./adapters/duckdb/open.js";
export { type DuckdbRegistryOptions, duckdbRegistry } from "./adapters/duckdb/registry.js";
export { type DuckdbStore, type DuckdbStoreOptions, duckdbStore } from "./adapters/duckdb/store.js";
export {
  type HostCollector,
  type HostCollectorOptions,
  type HostProbe,
  type HostSource,
  hostCollector,
  hostSource,
} from "./adapters/host.js";
export type { InfluxdbOptions } from "./adapters/influxdb/connection.js";
export {
  type InfluxdbField,
  type InfluxdbFormula,
  type InfluxdbMetric,
  influxdbPresets,
} from "./adapters/influxdb/metric.js";
export { type InfluxdbSink, type InfluxdbSinkOptions, influxdbSink } from "./adapters/influxdb/sink.js";
export {
  type GridRange,
  type InfluxdbSource,
  type InfluxdbSourceOptions,
  influxdbSource,
} from "./adapters/influxdb/source.js";
export { memoryStore } from "./adapters/memory.js";
export { memoryRegistry } from "./adapters/memory-registry.js";
export type {
  MlflowExperiment,
  MlflowModel,
  MlflowRun,
  MlflowVersion,
} from "./adapters/mlflow/answers.js";
export { type MlflowClient, type MlflowOptions, type MlflowSearch, mlflowClient } from "./adapters/mlflow/client.js";
export { MlflowFailure } from "./adapters/mlflow/failure.js";
export { mlflowName, modelOf } from "./adapters/mlflow/model-name.js";
export { type MlflowRegistryOptions, mlflowRegistry } from "./adapters/mlflow/registry.js";
export { type ParquetSource, type ParquetSourceOptions, parquetSource } from "./adapters/parquet.js";
export { nodeExporter, type PrometheusMetric, windowsExporter } from "./adapters/prometheus/metric.js";
export { type PrometheusSink, type PrometheusSinkOptions, prometheusSink } from "./adapters/prometheus/sink.js";
export {
  type PrometheusSource,
  type PrometheusSourceOptions,
  prometheusSource,
} from "./adapters/prometheus/source.js";
export { type CounterOptions, counterRates } from "./counter.js";
export { type CsvOptions, type CsvSeries, parseCsvSeries } from "./csv/parse.js";
export {
  parseSampleTable,
  readSampleTable,
  type SampleTable,
  type SampleTableOptions,
  type SampleTableSummary,
} from "./csv/sample-table.js";
export { AdapterError, type AdapterErrorCode } from "./errors.js";
export { compileFormula, derive, type Formula } from "./formula.js";
export type { HttpOptions } from "./http.js";
export { type MirroredRegistry, type MirrorOptions, type MirrorState, mirrorRegistry } from "./registry/mirror.js";
export type { AliasMove } from "./registry/pull-aliases.js";
export { type PushOptions, type PushProgress, type PushReport, pushModels } from "./registry/push.js";
export type * from "./registry.js";
export { type Grid, type ResampleOptions, resample } from "./resample.js";
export { parseSeriesId, seriesId } from "./series.js";
export { type SpooledSink, type SpoolOptions, type SpoolStats, spooledSink } from "./spool/spooled-sink.js";
export { addSteps, detectStep, type Step, toGrid } from "./step.js";
export type * from "./types.js";
