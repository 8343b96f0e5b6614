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

/** Takes forecasts. A forecast of the same series and issue time replaces the one before. */
export interface MetricSink {
  readonly name: string;
  open?(): Promise<void>;
  writeForecast(forecast: StoredForecast): Promise<void>;
  close(): Promise<void>;
}

/** Keeps samples and forecasts. A read sees every write that was awaited before it. */
export interface MetricStore extends MetricSource, MetricSink {
  open?(): Promise<void>;
  /** Takes all batches or, when one is not valid, none. A series is known from its first write on, even an empty one. */
  writeSamples(batches: readonly SampleBatch[]): Promise<void>;
  /** The forecast issued last, or last before `before`; null when there is none. */
  latestForecast(key: SeriesKey, options?: { before?: EpochMillis }): Promise<StoredForecast | null>;
  /** Makes everything written so far survive a kill. */
  flush(): Promise<void>;
}
