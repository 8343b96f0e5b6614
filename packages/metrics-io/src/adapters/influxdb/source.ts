import { AdapterError } from "../../errors.js";
import { type Grid, resample } from "../../resample.js";
import { tidySamples } from "../../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../../series.js";
import type { EpochMillis, MetricSource, Samples, SeriesInfo, SeriesKey, TimeRange } from "../../types.js";
import { alike, averaged, type Buckets, countsOf, gridOf } from "./buckets.js";
import { collector } from "./collect.js";
import { connect, type InfluxdbOptions, NAME } from "./connection.js";
import { hostsQuery, rowsQuery, type Selection } from "./flux.js";
import { checkMetrics, type InfluxdbMetric, influxdbPresets, type Recipe, recipes } from "./metric.js";
import { pages } from "./pages.js";

export interface InfluxdbSourceOptions extends InfluxdbOptions {
  /** Metrics by the name they have here. Default: `influxdbPresets.any`, CPU and memory in use, whoever collected them. */
  readonly metrics?: Readonly<Record<string, InfluxdbMetric>>;
  /** Tag that tells hosts apart; its value is the host. Default "host", which Telegraf sets to the machine it runs on. */
  readonly hostTag?: string;
  /** Two readings of a counter further apart than this have a gap between them, not a rate. Default 300. */
  readonly maxGapSeconds?: number;
  /** Hosts that had a value within this time are listed. Default 86,400. */
  readonly listedSeconds?: number;
  /** Nothing older than this is asked for. Default 400 days. */
  readonly retentionSeconds?: number;
  /** Time now, in milliseconds since 1970. */
  readonly clock?: () => EpochMillis;
}

/** A range of whole buckets: those that lie inside it, and in the past. */
export interface GridRange extends TimeRange {
  /** Width of a bucket. Default 300. */
  readonly stepSeconds?: number;
}

export interface InfluxdbSource extends MetricSource {
  open(): Promise<void>;
  /** All series of a metric, with one query for each page of time instead of one for each host. */
  readMetric(metric: string, range: TimeRange): Promise<(SeriesKey & Samples)[]>;
  /**
   * Bucket means of one series, made by the server where it can: 14 days at 15 s then come as 4,032 rows instead of 80,640. Buckets are
   * those of `resample`; only whole ones count, so from is taken up and to is taken down to an edge. Means are of the inputs, and
   * formulas are applied to them; metrics of counters are read as samples and averaged here, because a mean of readings is no rate.
   */
  readGrid(key: SeriesKey, range: GridRange): Promise<Grid>;
  /** The same for all hosts of a metric. */
  readGrids(metric: string, range: GridRange): Promise<(SeriesKey & Grid)[]>;
  close(): Promise<void>;
}

const DAY = 86_400_000;
const HOUR = 3_600_000;

/**
 * InfluxDB 2 by Flux. Give it `url`, `org`, `bucket` and `token`, and it finds CPU and memory of every host that Telegraf writes about.
 * Times are whole milliseconds; what is finer is cut off. Long ranges are read in pages, each as it comes into typed columns, so that
 * memory in use depends on the answer alone.
 */
export function influxdbSource(options: InfluxdbSourceOptions): InfluxdbSource {
  const { hostTag = "host", clock = Date.now } = options;
  const metrics: Readonly<Record<string, InfluxdbMetric>> = options.metrics ?? influxdbPresets.any;
  const { maxGapSeconds = 300, listedSeconds = 86_400, retentionSeconds = 400 * 86_400 } = options;
  for (const [name, value] of Object.entries({ maxGapSeconds, listedSeconds, retentionSeconds })) {
    if (!(Number.isFinite(value) && value >= 0.001)) {
      throw new AdapterError(NAME, `${name} must be a positive number of seconds, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }
  if (typeof hostTag !== "string" || hostTag === "" || hostTag.startsWith("_")) {
    throw new AdapterError(NAME, `hostTag must be the name of a tag such as host, got ${JSON.stringify(hostTag)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  checkMetrics(metrics);
  const connection = connect(options);
  const { bucket } = connection;
  const maxGapMillis = maxGapSeconds * 1000;
  const compiled = new Map<string, Promise<Recipe[]>>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the source is closed; make a new one", { code: "CLOSED" });
  };

  const recipesOf = (key: SeriesKey): Promise<Recipe[]> => {
    if (!Object.hasOwn(metrics, key.metric)) throw unknownSeries(NAME, key);
    let found = compiled.get(key.metric);
    if (found === undefined) {
      found = recipes(metrics[key.metric]);
      compiled.set(key.metric, found);
    }
    return found;
  };

  const select = (found: readonly Recipe[], host?: string): Selection => ({
    bucket,
    hostTag,
    inputs: found.flatMap(({ inputs }) => inputs.map(([, input]) => input)),
    ...(host === undefined ? {} : { host }),
  });

  /** The part of a range that can hold anything, in whole milliseconds. */
  const bounded = ({ from, to }: TimeRange): TimeRange => {
    const earliest = clock() - retentionSeconds * 1000;
    const latest = clock() + DAY; // the server's clock may be ahead of this one
    const within = (time: number) => Math.ceil(Math.min(Math.max(time, earliest), latest));
    return { from: within(from), to: within(to) };
  };

  const firstWidth = (host?: string) => (host === undefined ? HOUR + maxGapMillis : 4 * DAY);

  const readSamples = async (found: Recipe[], host: string | undefined, range: TimeRange) => {
    const selection = select(found, host);
    const within = bounded(range);
    // The first rate in the range stands on a reading before it.
    const early = selection.inputs.some(({ counter }) => counter) && within.from < within.to ? maxGapMillis : 0;
    const put = collector(found, hostTag, maxGapMillis);
    const asked = { from: within.from - early, to: within.to };
    const ask = (page: TimeRange, maxRows: number) =>
      connection.query(rowsQuery(selection, page, "samples", 1), maxRows);
    for await (const tables of pages(asked, firstWidth(host), 1, ask)) put.add(tables);
    return put.finish(within);
  };

  /** Whole buckets inside a range, as a range. */
  const buckets = ({ from, to }: TimeRange, stepMillis: number): TimeRange => {
    const within = bounded({ from, to: Math.min(to, clock()) });
    const begin = Math.ceil(within.from / stepMillis) * stepMillis;
    return { from: begin, to: Math.max(begin, Math.floor(within.to / stepMillis) * stepMillis) };
  };

  const readBuckets = async (
    found: Recipe[],
    host: string | undefined,
    { from, to, stepSeconds = 300 }: GridRange,
  ): Promise<Map<string, Grid>> => {
    const stepMillis = Math.round(stepSeconds * 1000);
    if (!(stepMillis >= 1 && Number.isFinite(stepMillis))) {
      throw new AdapterError(NAME, `stepSeconds must be a positive number of seconds, got ${String(stepSeconds)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
    const range = buckets({ from, to }, stepMillis);
    // A side left open ends where the data does.
    const ends = {
      stepSeconds: stepMillis / 1000,
      ...(from === -Infinity ? {} : { from: range.from }),
      ...(to === Infinity ? {} : { to: range.to }),
    };
    const parts = new Map<string, Buckets[]>();
    for (const group of alike(found)) {
      const counters = group.some(({ inputs }) => inputs.some(([, { counter }]) => counter));
      const read = counters
        ? averaged(await readSamples(group, host, range), stepMillis)
        : await means(group, host, range, stepMillis);
      for (const [name, buckets] of read) parts.set(name, [...(parts.get(name) ?? []), buckets]);
    }
    return new Map([...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, each]) => [name, gridOf(each, ends)]));
  };

  /** Bucket means that the server makes, with how many samples each stands on. */
  const means = async (group: Recipe[], host: string | undefined, range: TimeRange, stepMillis: number) => {
    const selection = select(group, host);
    const values = collector(group, hostTag, maxGapMillis);
    const counts = collector(group.map(countsOf), hostTag, maxGapMillis);
    const ask = (page: TimeRange, maxRows: number) => {
      const reductions = ["mean", "count"] as const;
      return connection.query(reductions.map((one) => rowsQuery(selection, page, one, stepMillis)).join("\n"), maxRows);
    };
    // A page of buckets has fewer rows than one of samples, so the first may be longer.
    const width = host === undefined ? DAY : 30 * DAY;
    for await (const tables of pages(range, width, stepMillis, ask)) {
      values.add(tables.filter(({ result }) => result === "mean"));
      counts.add(tables.filter(({ result }) => result === "count"));
    }
    const counted = counts.finish(range);
    return new Map(
      [...values.finish(range)].map(([name, samples]): [string, Buckets] => {
        const { times, values: numbers } = counted.get(name) as Samples;
        const byTime = new Map(Array.from(times, (time, i) => [time, numbers[i]]));
        return [name, { ...samples, counts: Array.from(samples.times, (time) => byTime.get(time) ?? 0) }];
      }),
    );
  };

  /** Hosts that have all inputs of any alternative of each metric. */
  const hostsOf = async (wanted: readonly Recipe[][], range: TimeRange, host?: string): Promise<Set<string>[]> => {
    const selections: Selection[] = [];
    const numbered = wanted.map((alternatives) =>
      alternatives.map(({ inputs }) =>
        inputs.map(([, input]) => {
          selections.push({ bucket, hostTag, inputs: [input], ...(host === undefined ? {} : { host }) });
          return selections.length - 1;
        }),
      ),
    );
    const found = selections.map(() => new Set<string>());
    for (const { result, texts } of await connection.query(hostsQuery(selections, bounded(range)))) {
      for (const name of texts) found[Number(result)].add(name);
    }
    return numbered.map((alternatives) => {
      const whole = alternatives.map(([first, ...others]) =>
        [...found[first]].filter((name) => others.every((number) => found[number].has(name))),
      );
      return new Set(whole.flat());
    });
  };

  /** Throws unless the host is known, though it has no samples in the range that was asked for. */
  const checkKnown = async (found: Recipe[], key: SeriesKey) => {
    const [known] = await hostsOf([found], { from: -Infinity, to: Infinity }, key.host);
    if (!known.has(key.host)) throw unknownSeries(NAME, key);
  };

  const door = (key: SeriesKey, range: TimeRange) => {
    checkOpen();
    checkKey(NAME, key);
    checkRange(NAME, range);
    return recipesOf(key);
  };

  const named = <T extends Samples>(metric: string, hosts: Map<string, T>) =>
    [...hosts].map(([host, samples]) => ({ host, metric, ...samples }));

  return {
    name: NAME,

    async open() {
      checkOpen();
      const all = await Promise.all(Object.keys(metrics).map((metric) => recipesOf({ host: "*", metric })));
      const now = Math.floor(clock());
      await connection.query(rowsQuery(select(all.flat()), { from: now - 1, to: now }, "count", 1));
    },

    async listSeries(): Promise<SeriesInfo[]> {
      checkOpen();
      const names = Object.keys(metrics);
      const wanted = await Promise.all(names.map((metric) => recipesOf({ host: "*", metric })));
      const hosts = await hostsOf(wanted, { from: clock() - listedSeconds * 1000, to: Infinity });
      return names
        .flatMap((metric, i) => [...hosts[i]].map((host) => ({ host, metric })))
        .map((key) => ({ ...key, id: seriesId(key), synthetic: false }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async read(key, range) {
      const found = await door(key, range);
      const samples = (await readSamples(found, key.host, range)).get(key.host);
      if (samples === undefined) await checkKnown(found, key);
      return samples ?? tidySamples(NAME, [], []);
    },

    async readMetric(metric, range) {
      const found = await door({ host: "*", metric }, range);
      return named(metric, await readSamples(found, undefined, range));
    },

    async readGrid(key, range) {
      const found = await door(key, range);
      const grid = (await readBuckets(found, key.host, range)).get(key.host);
      if (grid !== undefined) return grid;
      await checkKnown(found, key);
      const stepMillis = Math.round((range.stepSeconds ?? 300) * 1000);
      const open = range.from === -Infinity || range.to === Infinity;
      const ends = buckets(range, stepMillis);
      return resample({ times: [], values: [] }, { stepSeconds: stepMillis / 1000, ...(open ? {} : ends) });
    },

    async readGrids(metric, range) {
      const found = await door({ host: "*", metric }, range);
      return named(metric, await readBuckets(found, undefined, range));
    },

    async close() {
      closed = true;
    },
  };
}
