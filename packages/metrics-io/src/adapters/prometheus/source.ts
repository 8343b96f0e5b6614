import { type Columns, growingColumns } from "../../columns.js";
import { AdapterError } from "../../errors.js";
import { type HttpOptions, httpClient } from "../../http.js";
import { tidySamples } from "../../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../../series.js";
import type { EpochMillis, MetricSource, Samples, SeriesInfo, SeriesKey, TimeRange } from "../../types.js";
import { instantQuery, type PromSeries, rangeQuery } from "./api.js";
import { checkMetrics, NAME, nodeExporter, type PrometheusMetric, promql } from "./metric.js";

export interface PrometheusSourceOptions extends HttpOptions {
  /** Metrics by the name they have here. Default: the preset `nodeExporter`. */
  readonly metrics?: Readonly<Record<string, PrometheusMetric>>;
  /** Label that tells hosts apart; its value is the host. Default "instance". */
  readonly hostLabel?: string;
  /** Matchers for every query, such as `job="node"`. */
  readonly matchers?: string;
  /** How often a `query` is evaluated. Default 15, Prometheus' usual scrape interval. */
  readonly stepSeconds?: number;
  /** Hosts that had a value within this time are listed. Default 86,400. */
  readonly listedSeconds?: number;
  /** Nothing older than this is asked for. Default 400 days; a Prometheus left to itself keeps 15. */
  readonly retentionSeconds?: number;
  /** Time now, in milliseconds since 1970. */
  readonly clock?: () => EpochMillis;
}

export interface PrometheusSource extends MetricSource {
  open(): Promise<void>;
  /** All series of a metric, with one query for each page of time instead of one for each host. */
  readMetric(metric: string, range: TimeRange): Promise<(SeriesKey & Samples)[]>;
}

/** Prometheus refuses more than 11,000 points a series in one answer. */
const PAGE_POINTS = 10_000;
/** Pages asked for at the same time: more keeps no more of the server's processors busy, and holds more answers in memory. */
const PAGES_AHEAD = 3;
/** A series that has ended without a word is still given for so long. */
const LOOKBACK_SECONDS = 300;
const DAY = 86_400_000;
const HOUR = 3_600_000;

type Ask = () => Promise<PromSeries[]>;

/**
 * Prometheus, or what speaks its HTTP API. Long ranges are read in pages, a few at a time and each as it comes into typed columns, so
 * that the memory in use depends on the answer alone. Values that are NaN or infinite are gaps.
 */
export function prometheusSource(options: PrometheusSourceOptions): PrometheusSource {
  const { hostLabel: label = "instance", matchers, clock = Date.now } = options;
  const metrics: Readonly<Record<string, PrometheusMetric>> = options.metrics ?? nodeExporter;
  const { stepSeconds = 15, listedSeconds = 86_400, retentionSeconds = 400 * 86_400 } = options;
  for (const [name, value] of Object.entries({ stepSeconds, listedSeconds, retentionSeconds })) {
    if (!(Number.isFinite(value) && value >= 0.001)) {
      throw new AdapterError(NAME, `${name} must be a positive number of seconds, got ${String(value)}`, {
        code: "INVALID_ARGUMENT",
      });
    }
  }
  checkMetrics(metrics, label);
  const http = httpClient(NAME, options);
  const step = Math.round(stepSeconds * 1000);
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the source is closed; make a new one", { code: "CLOSED" });
  };

  const metricNamed = (key: SeriesKey): PrometheusMetric => {
    if (!Object.hasOwn(metrics, key.metric)) throw unknownSeries(NAME, key);
    return metrics[key.metric];
  };

  /** The part of a range that can hold anything, in whole milliseconds. */
  const bounded = ({ from, to }: TimeRange): TimeRange => {
    const earliest = clock() - retentionSeconds * 1000;
    const latest = clock() + DAY; // the server's clock may be ahead of this one
    const within = (time: number) => Math.ceil(Math.min(Math.max(time, earliest), latest));
    return { from: within(from), to: within(to) };
  };

  /** The queries for a range, page by page; each page's points lie in it. */
  function* pages(metric: PrometheusMetric, host: string | undefined, range: TimeRange): Generator<Ask> {
    const { from, to } = bounded(range);
    const query = promql(metric, { label, matchers, ...(host === undefined ? {} : { host }) });
    if (metric.samples !== undefined) {
      const width = host === undefined ? HOUR : 4 * DAY;
      for (let begin = from; begin < to; begin += width) {
        const end = Math.min(begin + width, to);
        // [w] at t holds t−w ≤ time ≤ t before Prometheus 3, t−w < time ≤ t since; one millisecond more serves both.
        yield () => instantQuery(http, `${query}[${end - begin}ms]`, end - 1);
      }
      return;
    }
    // Of all hosts an hour at once, which is what a thousand of them fill a few megabytes with.
    const points = host === undefined ? Math.min(PAGE_POINTS, Math.max(60, Math.ceil(HOUR / step))) : PAGE_POINTS;
    const first = Math.ceil(from / step) * step;
    for (let begin = first; begin < to; begin += points * step) {
      const last = Math.min(begin + (points - 1) * step, Math.ceil(to / step) * step - step);
      yield () => rangeQuery(http, query, { from: begin, to: last, step });
    }
  }

  /** Reads pages and puts the points of each host together. */
  const collect = async (metric: PrometheusMetric, host: string | undefined, range: TimeRange) => {
    const hosts = new Map<string, Columns>();
    const { from, to } = bounded(range);
    for await (const page of inTurn(pages(metric, host, range), PAGES_AHEAD)) {
      const byHost = new Map<string, PromSeries[]>();
      for (const series of page) {
        const name = series.labels[label];
        if (name === undefined) throw ambiguous(metric, `its result has no label ${label}; aggregate by it`);
        const known = byHost.get(name);
        if (known) known.push(series);
        else byHost.set(name, [series]);
      }
      for (const [name, found] of byHost) {
        const parts = inSuccession(found);
        if (parts === null) throw ambiguous(metric, `it gives several series for ${name}; aggregate them by ${label}`);
        const columns = hosts.get(name) ?? growingColumns();
        hosts.set(name, columns);
        for (const { times, values } of parts) {
          for (let i = 0; i < times.length; i++) {
            const time = Math.round(times[i] * 1000);
            if (time < from || time >= to || !Number.isFinite(values[i])) continue;
            columns.push(time, values[i]);
          }
        }
      }
    }
    return new Map([...hosts].map(([name, columns]) => [name, columns.samples()]));
  };

  const ambiguous = (metric: PrometheusMetric, problem: string) =>
    new AdapterError(NAME, `the query ${JSON.stringify(metric.query ?? metric.samples)}: ${problem}`, {
      code: "INVALID_ARGUMENT",
    });

  const hostsOf = async (metric: PrometheusMetric): Promise<string[]> => {
    const now = clock();
    const window = listedSeconds * 1000;
    // 48 looks at the window are enough to see a host that was up for half an hour of a day.
    const every = Math.max(step, Math.ceil(window / 48));
    const query = promql(metric, { label, matchers });
    const found = await rangeQuery(http, query, {
      from: now - Math.floor(window / every) * every,
      to: now,
      step: every,
    });
    return [...new Set(found.map(({ labels }) => labels[label]).filter((host) => host !== undefined && host !== ""))];
  };

  const list = async (): Promise<SeriesKey[]> => {
    const perMetric = await Promise.all(
      Object.entries(metrics).map(async ([metric, definition]) =>
        (await hostsOf(definition)).map((host) => ({ host, metric })),
      ),
    );
    return perMetric.flat().sort((a, b) => (seriesId(a) < seriesId(b) ? -1 : 1));
  };

  return {
    name: NAME,

    async open() {
      checkOpen();
      await instantQuery(http, "vector(1)", clock());
    },

    async listSeries(): Promise<SeriesInfo[]> {
      checkOpen();
      return (await list()).map((key) => ({ ...key, id: seriesId(key), synthetic: false }));
    },

    async read(key, range) {
      checkOpen();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const metric = metricNamed(key);
      const columns = (await collect(metric, key.host, range)).get(key.host);
      if (columns === undefined && !(await hostsOf(metric)).includes(key.host)) throw unknownSeries(NAME, key);
      return tidySamples(NAME, columns?.times ?? [], columns?.values ?? []);
    },

    async readMetric(name, range) {
      checkOpen();
      checkRange(NAME, range);
      const hosts = await collect(metricNamed({ host: "*", metric: name }), undefined, range);
      return [...hosts]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([host, { times, values }]) => ({ host, metric: name, ...tidySamples(NAME, times, values) }));
    },

    async close() {
      closed = true;
    },
  };
}

/**
 * Series of one host, the earlier first, where each takes over from the one before: a label has changed (a version, the name of a pod), and
 * the host is the same. Where both have a value, the later one counts. Null where they stand side by side.
 */
function inSuccession(series: readonly PromSeries[]): readonly PromSeries[] | null {
  if (series.length === 1) return series;
  const parts = series.filter(({ times }) => times.length > 0).sort((a, b) => a.times[0] - b.times[0]);
  for (const [i, next] of parts.entries()) {
    if (i === 0) continue;
    const before = parts[i - 1];
    const [begin, end] = [next.times[0], before.times[before.times.length - 1]];
    const takesOver = begin > before.times[0] && next.times[next.times.length - 1] > end;
    if (!takesOver || end - begin > LOOKBACK_SECONDS) return null;
  }
  return parts;
}

/** The answers of all questions in their order, with up to `ahead` of them asked at the same time. */
async function* inTurn<T>(questions: Iterable<() => Promise<T>>, ahead: number): AsyncGenerator<T> {
  const asked: Promise<T>[] = [];
  for (const ask of questions) {
    const answer = ask();
    answer.catch(() => undefined); // one before it may fail first, and then nobody awaits this
    asked.push(answer);
    if (asked.length >= ahead) yield await (asked.shift() as Promise<T>);
  }
  for (const answer of asked) yield await answer;
}
