import type { SeriesState } from "./fleet.js";

/** Reads of series that nobody asked for before, at a time. */
const LANES = 8;
/** How long a list of all series waits for those that are still to be read. */
const PATIENCE = 2000;

/**
 * Readers are answered from memory; what is not there yet is read once, however many ask.
 *
 * @returns what gives null for a series that is in memory, and else the end of its reading
 */
export function firstRead(
  refresh: (state: SeriesState) => Promise<void>,
): (state: SeriesState) => Promise<void> | null {
  const reading = new Map<string, Promise<void>>();
  let lanes = 0;
  const waiting: (() => void)[] = [];

  /** A few reads at a time: thousands at once would keep everyone else waiting. */
  const inLane = async (work: () => Promise<void>): Promise<void> => {
    if (lanes >= LANES) await new Promise<void>((resolve) => waiting.push(resolve));
    lanes++;
    try {
      await work();
    } finally {
      lanes--;
      waiting.shift()?.();
    }
  };

  return (state: SeriesState): Promise<void> | null => {
    if (state.tail !== null && state.forecast !== undefined) return null;
    let read = reading.get(state.id);
    if (!read) {
      read = inLane(() => refresh(state)).finally(() => reading.delete(state.id));
      reading.set(state.id, read);
    }
    return read;
  };
}

/** Ends with the work, or when nobody should wait any longer for it. */
export async function withinPatience(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
  // A read that fails later than this is tried again by the next who asks.
  work.catch(() => undefined);
}
