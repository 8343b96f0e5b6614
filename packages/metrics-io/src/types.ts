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

/**
 * Samples in time order, as two columns of equal length. What a source reads has each time once and no NaN: a gap is a time at which
 * there is no sample. Only a regular grid (see `resample`) marks gaps with NaN.
 */
export interface Samples {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface TimeRange {
  readonly from: EpochMillis;
  readonly to: EpochMillis;
}

/**
 * Reads a range of samples. Clients and files are opened by the first call that needs them; every failure is an AdapterError.
 * After close() every other call is an AdapterError (CLOSED); closing twice is harmless.
 */
export interface MetricSource {
  readonly name: string;
  /** Connects now instead of at the first read, so that a wrong setting shows at start. */
  open?(): Promise<void>;
  listSeries(): Promise<SeriesInfo[]>;
  /** Samples of one series in time order; empty columns when there are none. An unknown series is an AdapterError. ±Infinity leaves a side of the range open. */
  read(key: SeriesKey, range: TimeRange): Promise<Samples>;
  /** The same of several series, in the order of the keys, where one question costs less than many. */
  readMany?(keys: readonly SeriesKey[], range: TimeRange): Promise<Samples[]>;
  close(): Promise<void>;
}

/**
 * Samples of one series to be written, in any order. Times are rounded to whole milliseconds; a NaN value is a gap and is left out;
 * an infinite value is an AdapterError. Writing a time again replaces its value, so writing the same batch twice leaves one copy.
 */
export interface SampleBatch extends SeriesKey {
  /** Marks the whole series; left out, a known series keeps its mark and a new one counts as measured. */
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

/** A value that the forecast made one step before had thought very unlikely. */
export interface Anomaly extends SeriesKey {
  readonly time: EpochMillis;
  readonly value: number;
  /** The band it lies outside of. */
  readonly lower: number;
  readonly upper: number;
  /** Name and version of the model whose band it was. */
  readonly modelVersion: string;
}

/** Takes forecasts. A forecast of the same series and issue time replaces the one before. */
export interface MetricSink {
  readonly name: string;
  open?(): Promise<void>;
  writeForecast(forecast: StoredForecast): Promise<void>;
  /** Writes several at once where that costs less: all of them or, when one is not valid, none. */
  writeForecasts?(forecasts: readonly StoredForecast[]): Promise<void>;
  close(): Promise<void>;
}

/** What a store may let go of. A limit that is left out lets nothing go. */
export interface PruneLimits {
  /** Samples before this, rounded down to a full 5 minutes, become means of 5 minutes. */
  readonly samplesBefore?: EpochMillis;
  /** Samples, means and anomalies before this are deleted. */
  readonly downsampledBefore?: EpochMillis;
  /** Of the forecasts issued before this only the first of each hour is kept. */
  readonly forecastsThinnedBefore?: EpochMillis;
  /** Forecasts issued before this are deleted. */
  readonly forecastsBefore?: EpochMillis;
}

/** How many rows went. */
export interface PruneReport {
  /** Samples that became part of a mean. */
  readonly averaged: number;
  /** Samples and means that were deleted. */
  readonly deleted: number;
  readonly forecasts: number;
  readonly anomalies: number;
}

/** Keeps samples, forecasts and anomalies. A read sees every write that was awaited before it. */
export interface MetricStore extends MetricSource, MetricSink {
  open?(): Promise<void>;
  /** Takes all batches or, when one is not valid, none. A series is known from its first write on, even an empty one. */
  writeSamples(batches: readonly SampleBatch[]): Promise<void>;
  /** The forecast issued last, or last before `before`; null when there is none. */
  latestForecast(key: SeriesKey, options?: { before?: EpochMillis }): Promise<StoredForecast | null>;
  /** Forecasts issued in a range, oldest first; of more than `limit` as many, evenly spread, the first and the last among them. */
  forecasts(key: SeriesKey, range: TimeRange & { readonly limit?: number }): Promise<StoredForecast[]>;
  /** Takes all or, when one is not valid, none. One of the same series and time replaces the one before. */
  writeAnomalies(anomalies: readonly Anomaly[]): Promise<void>;
  /** Oldest first. */
  anomalies(key: SeriesKey, range: TimeRange): Promise<Anomaly[]>;
  /**
   * Lets old data go, in small pieces between which other calls have their turn. A mean is read like a sample at the start of its 5
   * minutes; samples written later for a time that has a mean already are taken into it, weighted by their number, by the next call.
   * A series that has lost everything stays known. An aborted call has done part of the work and the next one goes on.
   */
  prune(limits: PruneLimits, options?: { signal?: AbortSignal }): Promise<PruneReport>;
  /** Forgets the series that have no samples, with their forecasts and anomalies. Returns their ids. */
  forgetEmpty(): Promise<string[]>;
  /** Makes everything written so far survive a kill. */
  flush(): Promise<void>;
}
