/** A limited number of places; who finds none waits, those of the lowest rank first, equals in the order they came. */
export interface Places {
  /** Waits for a place; the returned function gives it back. Rejects with the signal's reason when that fires first. */
  take(rank: number, signal: AbortSignal): Promise<() => void>;
  /** Sends all who wait away. */
  close(reason: Error): void;
  readonly taken: number;
  readonly waiting: number;
}

export function createPlaces(count: number): Places {
  const queue: { rank: number; enter: () => void; refuse: (reason: unknown) => void }[] = [];
  let taken = 0;
  const release = () => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken--;
      queue.shift()?.enter();
    };
  };
  return {
    take(rank, signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const enter = () => {
          signal.removeEventListener("abort", leave);
          taken++;
          resolve(release());
        };
        const refuse = (reason: unknown) => {
          signal.removeEventListener("abort", leave);
          reject(reason);
        };
        const entry = { rank, enter, refuse };
        const leave = () => {
          queue.splice(queue.indexOf(entry), 1);
          refuse(signal.reason);
        };
        if (taken < count) return enter();
        const behind = queue.findIndex((other) => other.rank > rank);
        queue.splice(behind < 0 ? queue.length : behind, 0, entry);
        signal.addEventListener("abort", leave, { once: true });
      });
    },
    close(reason) {
      for (const { refuse } of queue.splice(0)) refuse(reason);
    },
    get taken() {
      return taken;
    },
    get waiting() {
      return queue.length;
    },
  };
}
