/** Times are milliseconds since 1970-01-01T00:00:00Z everywhere. Ranges are half open: from ≤ time < to. */
export type EpochMillis = number;

/** What a series measures and where: the identity of a series is its host and metric. */
export interface SeriesKey {
  readonly host: string;
  /** Field name with its unit as suffix, for example "cpu_percent" or "memory_percent". */
  readonly metric: string;
}

export interface SeriesInfo extends SeriesKey {
  /** `${host}/${metric}`; what adapters and HTTP routes call the series. */
  readonly id: string;
  /** Made by a generator, not measured. */
  readonly synthetic: boolean;
  readonly first?: EpochMillis;
  readonly last?: EpochMillis;
  readonly count?: number;
}

/** Samples in time order, as two columns of equal length. */
export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface TimeRange {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

/** Reads a range of samples. */
export interface MetricSource {
  readonly name: string;
  listSeries(): Promise<SeriesInfo[]>;
  /** Samples of one series in time order; empty columns when there are none. An unknown series is an AdapterError. */
  read(key: SeriesKey, range: TimeRange): Promise<Samples>;
  close(): Promise<void>;
}

/** Samples of one series to be written. Writing the same sample twice leaves one. */
export interface SampleBatch extends SeriesKey {
  readonly synthetic?: boolean;
  readonly times: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

/** One issued forecast; every column has one entry for each step. */
export interface StoredForecast extends SeriesKey {
  readonly issuedAt: EpochMillis;
  /** Name and version of the model that made it. */
  readonly modelVersion: string;
  readonly times: readonly EpochMillis[];
  readonly mean: readonly number[];
  readonly median: readonly number[];
  readonly intervals: readonly {
    readonly level: number;
    readonly lower: readonly number[];
    readonly upper: readonly number[];
  }[];
}

/** Takes forecasts. */
export interface MetricSink {
  readonly name: string;
  writeForecast(forecast: StoredForecast): Promise<void>;
  close(): Promise<void>;
}

/** Keeps samples and forecasts. */
export interface MetricStore extends MetricSource, MetricSink {
  writeSamples(batches: readonly SampleBatch[]): Promise<void>;
  /** The forecast issued last, or last before `before`; null when there is none. */
  latestForecast(key: SeriesKey, options?: { before?: EpochMillis }): Promise<StoredForecast | null>;
  /** Makes everything written so far survive a kill. */
  flush(): Promise<void>;
}
