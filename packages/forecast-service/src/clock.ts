/** Where time comes from. Tests bring their own. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Calls back once after `millis`; the returned function cancels it. */
  after(millis: number, callback: () => void): () => void;
}

/** Timers longer than this overflow a 32-bit count and fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(millis, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, millis), LONGEST_TIMER));
    return () => clearTimeout(timer);
  },
};
