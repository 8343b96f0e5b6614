import type { Reading } from "./fresh.js";

/** Samples of these hosts came later than the end of the past that is read again each time. */
export interface LateHosts {
  readonly hosts: ReadonlySet<string>;
  /** From here on they may be missing. */
  readonly from: number;
}

/** Knows how far each host of a metric has come, to tell which one was cut off. */
export interface Latecomers {
  /**
   * Hosts that were well behind the beginning of what was read now, and are there in it from its beginning on: what they measured in between
   * has come as well, because who was cut off hands on the oldest first. A host that was merely off is not there at the beginning.
   *
   * @param from beginning of what was read
   */
  among(readings: readonly Reading[], from: number): LateHosts | null;
  /** These are in the store. */
  note(readings: readonly Reading[]): void;
}

/** @param edge how near to the beginning is at the beginning, in milliseconds */
export function createLatecomers(edge: number): Latecomers {
  const newest = new Map<string, number>();
  return {
    among(readings, from) {
      const late = readings.flatMap(({ host, times }) => {
        const known = newest.get(host) ?? Infinity;
        return times.length > 0 && known < from - edge && times[0] < from + edge ? [{ host, known }] : [];
      });
      if (late.length === 0) return null;
      return {
        hosts: new Set(late.map(({ host }) => host)),
        from: late.reduce((first, { known }) => Math.min(first, known), Infinity),
      };
    },
    note(readings) {
      for (const { host, times } of readings) {
        if (times.length > 0) newest.set(host, Math.max(newest.get(host) ?? 0, times[times.length - 1]));
      }
    },
  };
}
