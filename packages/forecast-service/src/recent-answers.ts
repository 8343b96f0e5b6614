import type { Clock } from "./clock.js";
import type { SeriesState } from "./fleet.js";

/** Answers that are kept: a day of one series is some 40 KB. */
const KEPT = 256;
/** Nobody but this program writes to the store while it runs; still, no answer is older than this. */
const LONGEST = 15_000;

/** Answers that many readers ask for, as long as nothing new is known of their series. */
export interface RecentAnswers<T> {
  get(state: SeriesState, question: string, answer: () => Promise<T>): Promise<T>;
}

export function recentAnswers<T>(clock: Clock): RecentAnswers<T> {
  const kept = new Map<string, { readonly changes: number; readonly at: number; readonly answer: Promise<T> }>();
  return {
    get(state, question, answer) {
      const key = `${state.id} ${question}`;
      const present = kept.get(key);
      if (present && present.changes === state.changes && clock.now() - present.at < LONGEST) return present.answer;
      const made = { changes: state.changes, at: clock.now(), answer: answer() };
      kept.delete(key);
      kept.set(key, made);
      // The one asked for first goes first.
      if (kept.size > KEPT) kept.delete(kept.keys().next().value as string);
      made.answer.catch(() => {
        if (kept.get(key) === made) kept.delete(key);
      });
      return made.answer;
    },
  };
}
