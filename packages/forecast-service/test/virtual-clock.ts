import type { Clock } from "../src/clock.js";

/** A clock that stands still until it is told to go on. */
export interface VirtualClock extends Clock {
  /** Moves on, firing timers in order and letting promises settle between them. */
  advance(millis: number): Promise<void>;
  /** Sets the time, as a machine's clock is set. Timers go on counting. */
  set(time: number): void;
}

export function virtualClock(start = Date.parse("2026-11-23T10:00:00Z")): VirtualClock {
  let now = start;
  let timers: { at: number; callback: () => void }[] = [];
  /** Work that a timer started goes through some turns of the event loop before it rests. */
  const settle = async () => {
    for (let turn = 0; turn < 12; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
  };
  return {
    now: () => now,
    after(millis, callback) {
      const timer = { at: now + Math.max(0, millis), callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    set(time) {
      for (const timer of timers) timer.at += time - now;
      now = time;
    },
    async advance(millis) {
      const end = now + millis;
      for (;;) {
        await settle();
        const due = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((timer) => timer !== due);
        now = Math.max(now, due.at);
        due.callback();
      }
      now = end;
      await settle();
    },
  };
}
