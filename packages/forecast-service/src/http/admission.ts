import { HttpError } from "./problem.js";

/** Lets a few callers in at a time and a few more wait; whoever comes on top is sent away at once instead of waiting for minutes. */
export interface Admission {
  /** `signal` gives the place in the line up. */
  enter<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

export function createAdmission({ running: most, waiting: longest }: { running: number; waiting: number }): Admission {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async enter(work, signal) {
      signal?.throwIfAborted();
      if (running >= most) {
        if (queue.length >= longest) {
          throw new HttpError(
            503,
            "BUSY",
            `${running} forecasts are being made and ${queue.length} wait; try again soon`,
          );
        }
        await new Promise<void>((resolve, reject) => {
          const called = () => {
            signal?.removeEventListener("abort", leave);
            resolve();
          };
          const leave = () => {
            queue.splice(queue.indexOf(called), 1);
            reject(signal?.reason);
          };
          signal?.addEventListener("abort", leave, { once: true });
          queue.push(called);
        });
      } else running++;
      try {
        return await work();
      } finally {
        // The place passes to the next in line without becoming free in between.
        const next = queue.shift();
        if (next) next();
        else running--;
      }
    },
  };
}
