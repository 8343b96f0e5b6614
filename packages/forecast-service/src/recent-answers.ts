import type { Clock } from "./clock.js";
import type { SeriesState } from "./fleet.js";

/** Points of the answers that are kept: those of 256 days at 5 minutes, some 8 MB. One answer may have 20,000. */
const POINTS = 75_000;
/** Nobody but this program writes to the store while it runs; still, no answer is older than this. */
const LONGEST = 15_000;

/** Answers that many readers ask for, as long as nothing new is known of their series. */
export interface RecentAnswers<T> {
  /** @param points how many the answer will have */
  get(state: SeriesState, question: string, points: number, answer: () => Promise<T>): Promise<T>;
}

interface Kept<T> {
  readonly changes: number;
  readonly at: number;
  readonly points: number;
  readonly answer: Promise<T>;
}

export function recentAnswers<T>(clock: Clock): RecentAnswers<T> {
  const kept = new Map<string, Kept<T>>();
  let size = 0;
  const forget = (key: string) => {
    size -= kept.get(key)?.points ?? 0;
    kept.delete(key);
  };
  const isFresh = ({ at }: Kept<T>) => clock.now() - at < LONGEST;
  return {
    get(state, question, points, answer) {
      const key = `${state.id} ${question}`;
      const present = kept.get(key);
      if (present && present.changes === state.changes && isFresh(present)) return present.answer;
      forget(key);
      const made = { changes: state.changes, at: clock.now(), points, answer: answer() };
      kept.set(key, made);
      size += points;
      // The one asked for first goes first. A question moves on with its range: nobody asks the old ones again.
      for (const [old, one] of kept) {
        if (one === made || (size <= POINTS && isFresh(one))) break;
        forget(old);
      }
      made.answer.catch(() => {
        if (kept.get(key) === made) forget(key);
      });
      return made.answer;
    },
  };
}
