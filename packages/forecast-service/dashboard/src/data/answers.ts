/**
 * Answers of the service, kept while somebody looks and a little longer: a page that was seen before shows at once what it
 * showed, and what is new when it comes. Equal questions are asked once.
 */
import type { Connection, Signal } from "./connection.js";
import { patience } from "./patience.js";

export interface Answer<T> {
  readonly data: T | null;
  /** Why the last attempt failed; `data` may still be there from before. */
  readonly error: Error | null;
  readonly loading: boolean;
}

export interface Question<T> {
  /** Equal keys are the same question. */
  readonly key: string;
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** Which events make the answer old. `resync` always does. */
  readonly when?: ((event: Exclude<Signal, { type: "resync" }>) => boolean) | undefined;
  /** Not more often than this, in ms, whatever happens. */
  readonly atMost?: number | undefined;
}

export interface Answers {
  read<T>(key: string): Answer<T>;
  /** Asks unless a fresh answer is there, and again whenever it becomes old, until the returned function is called. */
  watch<T>(question: Question<T>, listener: () => void): () => void;
  /** Asks again at once, and tells what came of it. */
  refresh<T>(key: string): Promise<Answer<T>>;
}

interface Entry {
  answer: Answer<unknown>;
  question: Question<unknown>;
  watchers: Set<() => void>;
  askedAt: number;
  running: AbortController | null;
  /** Something happened while it was being asked: the answer may not know of it. */
  outrun: boolean;
  /** Attempts that failed in a row, and when the next one may be made. */
  failures: number;
  notBefore: number;
  timer: ReturnType<typeof setTimeout> | undefined;
}

const NOTHING: Answer<never> = { data: null, error: null, loading: true };
const AT_MOST_MS = 2_000;
/** Enough to go back through; a history of 30 days takes about 100 kB. */
const KEPT = 40;

export function createAnswers(connection: Pick<Connection, "onSignal">, clock: () => number = Date.now): Answers {
  const entries = new Map<string, Entry>();

  connection.onSignal((event) => {
    for (const entry of entries.values()) {
      if (event.type !== "resync" && !entry.question.when?.(event)) continue;
      if (entry.watchers.size === 0) entry.askedAt = 0;
      else if (event.type === "resync") soon(entry, AT_MOST_MS, ask);
      else soon(entry, entry.question.atMost ?? AT_MOST_MS, askAfter);
    }
  });

  function set(entry: Entry, change: Partial<Answer<unknown>>): void {
    entry.answer = { ...entry.answer, ...change };
    for (const listener of entry.watchers) listener();
  }

  /** Many events in a row are one reason. */
  function soon(entry: Entry, atMost: number, how: (entry: Entry) => unknown): void {
    if (entry.timer !== undefined && atMost > AT_MOST_MS) return;
    clearTimeout(entry.timer);
    const next = entry.answer.error === null ? entry.askedAt + atMost : entry.notBefore;
    entry.timer = setTimeout(
      () => {
        entry.timer = undefined;
        if (entry.watchers.size > 0) void how(entry);
        else entry.askedAt = 0;
      },
      Math.max(50, next - clock()),
    );
  }

  /** Where answers take longer than events are apart, a question that each event asked anew would never be answered. */
  function askAfter(entry: Entry): void {
    if (entry.running) entry.outrun = true;
    else void ask(entry);
  }

  async function ask(entry: Entry): Promise<void> {
    entry.running?.abort();
    entry.outrun = false;
    const controller = new AbortController();
    entry.running = controller;
    entry.askedAt = clock();
    if (!entry.answer.loading) set(entry, { loading: true });
    try {
      const data = await entry.question.ask(controller.signal);
      if (!controller.signal.aborted) {
        entry.failures = 0;
        entry.notBefore = 0;
        set(entry, { data, error: null, loading: false });
      }
    } catch (error) {
      if (!controller.signal.aborted) {
        const wait = patience(error, ++entry.failures);
        entry.notBefore = wait === null ? 0 : clock() + wait;
        set(entry, { error: error instanceof Error ? error : new Error(String(error)), loading: false });
        if (wait !== null && entry.watchers.size > 0) soon(entry, AT_MOST_MS, ask);
      }
    }
    if (entry.running !== controller) return;
    entry.running = null;
    if (entry.outrun && entry.answer.error === null) soon(entry, entry.question.atMost ?? AT_MOST_MS, askAfter);
  }

  function forget(): void {
    for (const [key, entry] of entries) {
      if (entries.size <= KEPT) return;
      if (entry.watchers.size === 0) entries.delete(key);
    }
  }

  return {
    read: <T>(key: string) => (entries.get(key)?.answer ?? NOTHING) as Answer<T>,
    watch(question, listener) {
      let entry = entries.get(question.key);
      if (!entry) {
        entry = {
          answer: NOTHING,
          question,
          watchers: new Set(),
          askedAt: 0,
          running: null,
          outrun: false,
          failures: 0,
          notBefore: 0,
          timer: undefined,
        };
        entries.set(question.key, entry);
        forget();
      }
      const watched = entry;
      watched.question = question as Question<unknown>;
      watched.watchers.add(listener);
      const fresh = clock() - watched.askedAt < (question.atMost ?? AT_MOST_MS);
      if (!watched.running && (!fresh || watched.answer.error !== null)) void ask(watched);
      return () => {
        watched.watchers.delete(listener);
        if (watched.watchers.size > 0) return;
        clearTimeout(watched.timer);
        watched.timer = undefined;
        if (!watched.running) return;
        watched.running.abort();
        watched.running = null;
        watched.askedAt = 0;
      };
    },
    async refresh<T>(key: string) {
      const entry = entries.get(key);
      if (entry) await ask(entry);
      return (entry?.answer ?? NOTHING) as Answer<T>;
    },
  };
}
