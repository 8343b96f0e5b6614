import { HttpError } from "./problem.js";

/** Lets a few callers in at a time and a few more wait; whoever comes on top is sent away at once instead of waiting for minutes. */
export interface Admission {
  enter<T>(work: () => Promise<T>): Promise<T>;
}

export function createAdmission({ running: most, waiting: longest }: { running: number; waiting: number }): Admission {
  let running = 0;
  const queue: (() => void)[] = [];
  return {
    async enter(work) {
      if (running >= most) {
        if (queue.length >= longest) {
          throw new HttpError(
            503,
            "BUSY",
            `${running} forecasts are being made and ${queue.length} wait; try again soon`,
          );
        }
        await new Promise<void>((resolve) => queue.push(resolve));
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
