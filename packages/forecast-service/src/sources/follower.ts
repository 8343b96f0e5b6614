import type { SampleBatch } from "@loadcast/metrics-io";
import type { Clock } from "../clock.js";
import type { Intake } from "../collector.js";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { createFreshSamples, type Reading } from "./fresh.js";
import { type HostNames, named } from "./host-names.js";
import { createLatecomers, type LateHosts } from "./late.js";
import { createPieceWidth } from "./piece.js";
import type { Progress, Span } from "./progress.js";
import type { Remote } from "./remote.js";

/** How a source does. */
export interface SourceState {
  readonly name: string;
  readonly kind: string;
  /** ok before the first attempt has ended, too: nothing is known to be wrong. */
  readonly status: "ok" | "failed";
  /** Why it failed last. */
  readonly detail: string | null;
  /** Samples that were new, since the start. */
  readonly samples: number;
  /** Rounds that failed, since the start. */
  readonly failures: number;
  readonly lastSuccess: number | null;
}

export interface Follower {
  readonly name: string;
  state(): SourceState;
  /** Reads everything up to now once, the past included. What failed is thrown after the rest was read. */
  catchUp(signal: AbortSignal): Promise<void>;
  /** Goes on reading until it is stopped. */
  start(): void;
  /** Ends at once; an answer that is under way is not waited for. */
  stop(): Promise<void>;
}

export interface FollowerOptions extends HostNames {
  readonly name: string;
  readonly kind: string;
  /** Under what its progress is kept: another address is another source. */
  readonly key: string;
  readonly every: number;
  readonly overlap: number;
  readonly backfill: number;
}

export interface FollowerDependencies {
  readonly remote: Remote;
  readonly intake: Intake;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is fetched before anything older: enough for a first forecast. A source that falls silent is waited for as long. */
const RECENT = 6 * 3_600_000;
/** Longest wait for a server that is away. */
const LONGEST_WAIT = 300_000;

/**
 * Follows one server: new samples each time it is due, and in between, piece by piece, the past that is not there yet, latest first. Every
 * metric has a span that is in the store without a hole; a server that comes back is asked for everything since the end of it. The span
 * ends where the samples do: what carries them to the server may be away just as well, and bring them later. So may a single host.
 */
export function createFollower(options: FollowerOptions, dependencies: FollowerDependencies): Follower {
  const { name, kind, key, every, overlap, backfill } = options;
  const { remote, intake, progress, clock, log } = dependencies;
  const metrics = remote.metrics.map((metric) => ({
    metric,
    fresh: createFreshSamples(),
    width: createPieceWidth(),
    latecomers: createLatecomers(overlap / 4),
  }));
  const stopping = new AbortController();
  let samples = 0;
  let failures = 0;
  let inRow = 0;
  let lastSuccess: number | null = null;
  let detail: string | null = null;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  type Followed = (typeof metrics)[number];

  /** Reads one piece. */
  const read = async ({ metric, width }: Followed, from: number, to: number, signal: AbortSignal) => {
    let readings: Reading[];
    try {
      readings = named(await abortable(remote.readMetric(metric, { from, to }), signal), options);
    } catch (error) {
      width.failed();
      throw error;
    }
    const count = readings.reduce((sum, { times }) => sum + times.length, 0);
    width.brought(to - from, count);
    return readings;
  };

  const store = async ({ fresh }: Followed, batches: readonly SampleBatch[]) => {
    try {
      await intake.store(batches);
    } catch (error) {
      fresh.forget();
      throw error;
    }
    samples += batches.reduce((sum, { times }) => sum + times.length, 0);
  };

  /** New samples of a metric, and those that came late, up to now. */
  const forward = async (followed: Followed, signal: AbortSignal) => {
    const now = clock.now();
    const begin = Math.max(0, now - Math.min(RECENT, backfill));
    let span: Span = progress.span(key, followed.metric) ?? { since: begin, until: begin };
    // After years away there is no use in years of history: the span begins anew where the wanted past does.
    if (span.until < now - backfill) span = { since: now - backfill, until: now - backfill };
    let at = Math.max(span.since, Math.min(span.until, now) - overlap);
    const reach = async (until: number) => {
      span = { since: span.since, until: Math.max(span.until, until) };
      progress.setSpan(key, followed.metric, span);
      await progress.save();
    };
    while (at <= now) {
      const to = Math.min(at + followed.width.millis(), now + 1);
      const readings = await read(followed, at, to, signal);
      const until = Math.min(now, endOf(readings, span.until));
      await store(followed, followed.fresh.take(readings, until - overlap));
      const late = followed.latecomers.among(readings, at);
      if (late) await catchUpWith(followed, late, at, signal);
      followed.latecomers.note(readings);
      await reach(until);
      at = to;
    }
    await reach(begin);
  };

  /** The past of hosts that were cut off, up to where they were found again. */
  const catchUpWith = async (followed: Followed, { hosts, from }: LateHosts, until: number, signal: AbortSignal) => {
    for (let at = Math.max(from, until - RECENT); at < until; ) {
      const to = Math.min(at + followed.width.millis(), until);
      const readings = await read(followed, at, to, signal);
      await store(followed, filled(readings.filter(({ host }) => hosts.has(host))));
      at = to;
    }
  };

  /** One piece of the past of a metric. False: there is nothing left to fetch. */
  const backward = async (followed: Followed, signal: AbortSignal): Promise<boolean> => {
    const span = progress.span(key, followed.metric);
    const target = clock.now() - backfill;
    if (!span || span.since <= target) return false;
    const since = Math.max(target, span.since - followed.width.millis());
    await store(followed, filled(await read(followed, since, span.since, signal)));
    progress.setSpan(key, followed.metric, { since, until: progress.span(key, followed.metric)?.until ?? span.until });
    await progress.save();
    return true;
  };

  /** Does a step for every metric; what fails for one does not keep the others. */
  const forAll = async <T>(step: (followed: Followed) => Promise<T>, signal: AbortSignal) => {
    const results: T[] = [];
    const problems = new Set<string>();
    for (const followed of metrics) {
      try {
        results.push(await step(followed));
      } catch (error) {
        if (signal.aborted) throw error;
        problems.add(describeError(error));
      }
    }
    return { results, problems: [...problems], allFailed: results.length === 0 && metrics.length > 0 };
  };

  const note = (problems: readonly string[]) => {
    const reason = problems.length === 0 ? null : problems.join("; ");
    if (reason === null) {
      lastSuccess = clock.now();
      if (detail !== null) log.info(`the source ${name} works again`);
    } else {
      failures++;
      if (reason !== detail) log.warn(`the source ${name} will be tried again: ${reason}`);
    }
    detail = reason;
  };

  const round = async () => {
    const { signal } = stopping;
    const due = clock.now() + every;
    let wait = 0;
    try {
      const { problems, allFailed } = await forAll((followed) => forward(followed, signal), signal);
      note(problems);
      inRow = allFailed ? inRow + 1 : 0;
      if (allFailed) wait = Math.min(LONGEST_WAIT, every * 2 ** Math.min(inRow - 1, 10));
      // The past has the time that is left until new samples are due.
      for (let more = !allFailed; more && clock.now() < due && !signal.aborted; ) {
        const past = await forAll((followed) => backward(followed, signal), signal);
        if (past.problems.length > 0) note([...problems, ...past.problems]);
        more = past.results.some(Boolean);
      }
    } catch (error) {
      if (signal.aborted) return;
      note([describeError(error)]);
    }
    if (signal.aborted) return;
    const next = wait > 0 ? clock.now() + wait : due;
    cancel = clock.after(Math.max(0, next - clock.now()), begin);
  };
  const begin = () => {
    running = round();
  };

  return {
    name,
    state: () => ({
      name,
      kind,
      status: detail === null ? "ok" : "failed",
      detail,
      samples,
      failures,
      lastSuccess,
    }),
    async catchUp(signal) {
      const { problems } = await forAll((followed) => forward(followed, signal), signal);
      for (let more = true; more; ) {
        const past = await forAll((followed) => backward(followed, signal), signal);
        problems.push(...past.problems);
        more = past.results.some(Boolean) && past.problems.length === 0;
      }
      note([...new Set(problems)]);
      if (problems.length > 0) throw new Error(`${name}: ${[...new Set(problems)].join("; ")}`);
    },
    start: begin,
    async stop() {
      stopping.abort();
      cancel();
      await running;
      await remote.close();
    },
  };
}

/** Time of the newest sample, or `least` when they are older. */
const endOf = (readings: readonly Reading[], least: number) =>
  readings.reduce(
    (newest, { times }) => (times.length > 0 ? Math.max(newest, times[times.length - 1]) : newest),
    least,
  );

const filled = (readings: readonly Reading[]) => readings.filter(({ times }) => times.length > 0);

/** Gives up waiting when the signal fires; the answer is then nobody's. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(signal.reason);
  }
  return new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
