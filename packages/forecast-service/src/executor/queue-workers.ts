import type { Log } from "../log.js";

/** Whether anybody takes jobs from a queue, as far as is known. */
export interface QueueWorkers {
  /** Why jobs wait at present, in words for people; null where somebody takes them, or where that is not known. */
  trouble(): string | null;
  /** Counts again. */
  look(): Promise<void>;
}

/**
 * A queue without workers looks like one that is slow: this tells the two apart, and says so once in the log.
 *
 * @param count connected workers; it may reject, as some servers do not tell, and then nothing is said
 */
export function watchQueueWorkers(count: () => Promise<number>, address: string, log?: Log): QueueWorkers {
  let workers: number | null = null;
  const trouble = () =>
    workers === 0 ? `no worker takes jobs from the queue at ${address}: start one with \`loadcast worker\`` : null;
  return {
    trouble,
    async look() {
      const before = workers;
      workers = await count().catch(() => null);
      if (workers === 0 && before !== 0) log?.warn(`${trouble()}; jobs wait for it`);
      else if (before === 0 && workers !== null && workers > 0) log?.info(`a worker takes jobs from ${address}`);
    },
  };
}
