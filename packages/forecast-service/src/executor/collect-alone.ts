import { setFlagsFromString } from "node:v8";

/**
 * Lets every thread clear its own nursery. V8 would have helper threads share in it, and the thread that works waits for them: that takes a third of a
 * millisecond where cores are free, and 28 where others use them (measured) — in a fit as on the event loop. Sixteen times a training, on a
 * machine whose cores are all at work, there is nobody to help.
 * The other ways in which V8 shares its collections cannot be chosen once it runs.
 */
export function collectAlone(): void {
  setFlagsFromString("--no-parallel-scavenge");
}
