import type { Clock } from "./clock.js";
import { formatDuration } from "./duration.js";
import { describeError } from "./errors.js";
import type { Log } from "./log.js";

/** When a job starts. */
export interface Rhythm {
  /** Milliseconds from one start to the next. */
  readonly every: number;
  /** Starts lie on multiples of `every` since 1970, plus this many milliseconds. Without it they are counted from the first start. */
  readonly offset?: number;
}

export interface ScheduledJob extends Rhythm {
  readonly name: string;
  /** Also run as soon as the scheduler starts. */
  readonly atStart?: boolean;
  run(signal: AbortSignal): Promise<void>;
}

export interface JobState {
  readonly name: string;
  readonly running: boolean;
  readonly nextRun: number | null;
  /** When it started last, and how long the last run that ended took. */
  readonly lastRun: number | null;
  readonly lastMillis: number | null;
  /** When it ended last without failing. */
  readonly lastSuccess: number | null;
  readonly runs: number;
  /** Starts that were due while the run before was still going: they are left out, not queued. */
  readonly skipped: number;
  readonly lastError: string | null;
}

export interface Scheduler {
  start(): void;
  /** No more starts; the running jobs' signals fire, and they are waited for. */
  stop(): Promise<void>;
  /**
   * Gives a job another rhythm from now on. A run that is under way goes on, a start that is due already still happens, and one that has
   * happened is not repeated.
   */
  retime(name: string, rhythm: Rhythm): void;
  state(name: string): JobState;
  jobs(): JobState[];
}

interface Entry {
  job: ScheduledJob;
  running: Promise<void> | null;
  nextRun: number | null;
  /** The start that came last, and when it was due. */
  lastDue: number | null;
  cancel: (() => void) | null;
  lastRun: number | null;
  lastMillis: number | null;
  lastSuccess: number | null;
  runs: number;
  skipped: number;
  lastError: string | null;
}

/**
 * Starts each job at its times. A job never overlaps itself: a start that is due while it still runs is skipped. A job that fails is
 * logged once for each new reason and goes on at its next time.
 */
export function createScheduler(options: { clock: Clock; log: Log; jobs: readonly ScheduledJob[] }): Scheduler {
  const { clock, log } = options;
  const stopping = new AbortController();
  const entries = new Map<string, Entry>(
    options.jobs.map((job) => [
      job.name,
      {
        job,
        running: null,
        nextRun: null,
        lastDue: null,
        cancel: null,
        lastRun: null,
        lastMillis: null,
        lastSuccess: null,
        runs: 0,
        skipped: 0,
        lastError: null,
      },
    ]),
  );

  const schedule = (entry: Entry, due: number) => {
    entry.nextRun = due;
    entry.cancel = clock.after(due - clock.now(), () => tick(entry, due));
  };

  const tick = (entry: Entry, due: number) => {
    if (stopping.signal.aborted) return;
    const now = clock.now();
    // A timer may fire early, when its count overflows or the clock was set back: wait for the rest. Where the clock was wrong by hours,
    // or years, the rest is as long: the next start is then the one by the new time.
    if (now < due) return schedule(entry, Math.min(due, nextStart(entry.job, due, now)));
    entry.lastDue = due;
    schedule(entry, nextStart(entry.job, due, clock.now()));
    if (entry.running) {
      entry.skipped++;
      log.debug(`${entry.job.name} is still running; this start is left out`);
      return;
    }
    entry.running = run(entry).finally(() => {
      entry.running = null;
    });
  };

  const run = async (entry: Entry) => {
    entry.runs++;
    const began = clock.now();
    entry.lastRun = began;
    try {
      await entry.job.run(stopping.signal);
      entry.lastSuccess = clock.now();
      if (entry.lastError !== null) log.info(`${entry.job.name} works again`);
      entry.lastError = null;
    } catch (error) {
      if (stopping.signal.aborted) return;
      const reason = describeError(error);
      if (entry.lastError === null || withoutNumbers(reason) !== withoutNumbers(entry.lastError))
        log.warn(`${entry.job.name} failed and will be tried again: ${reason}`);
      entry.lastError = reason;
    }
    entry.lastMillis = clock.now() - began;
    log.debug(`${entry.job.name} took ${formatDuration(clock.now() - began)}`);
  };

  const find = (name: string): Entry => {
    const entry = entries.get(name);
    if (!entry) throw new Error(`there is no job ${JSON.stringify(name)}`);
    return entry;
  };

  const stateOf = ({ job, running, cancel: _, lastDue: __, ...rest }: Entry): JobState => ({
    name: job.name,
    running: running !== null,
    ...rest,
  });

  return {
    start() {
      const now = clock.now();
      for (const entry of entries.values()) {
        schedule(entry, entry.job.atStart ? now : nextStart(entry.job, now, now));
      }
    },
    async stop() {
      stopping.abort();
      for (const entry of entries.values()) {
        entry.cancel?.();
        entry.nextRun = null;
      }
      await Promise.all([...entries.values()].map((entry) => entry.running));
    },
    retime(name, { every, offset }) {
      const entry = find(name);
      const { offset: _, ...job } = entry.job;
      entry.job = { ...job, every, ...(offset === undefined ? {} : { offset }) };
      const now = clock.now();
      // Not started, stopped, or due at this very moment: then its timer finds the new rhythm.
      if (entry.nextRun === null || entry.nextRun <= now) return;
      const last = entry.lastDue ?? now;
      entry.cancel?.();
      // The clock may have been set back behind the start that came last.
      schedule(entry, nextStart(entry.job, last, Math.max(now, last)));
    },
    state: (name) => stateOf(find(name)),
    jobs: () => [...entries.values()].map(stateOf),
  };
}

/** The first start after `now`: aligned, or whole intervals after `last`. Starts that were slept through are not made up for. */
export function nextStart(job: Rhythm, last: number, now: number): number {
  const origin = job.offset ?? last;
  return origin + (Math.floor((now - origin) / job.every) + 1) * job.every;
}

/** A reason that counts, such as what waits for a full disk, is the same one with every number. */
const withoutNumbers = (reason: string) => reason.replace(/\d+/g, "");
