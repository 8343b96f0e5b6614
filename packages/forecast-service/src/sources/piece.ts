/** Samples that are to come at once: 2 MB of text, some 15 ms to read it, in which nobody else is served. */
const AIM = 50_000;
const FIRST = 5 * 60_000;
const LONGEST = 86_400_000;
const SHORTEST = 60_000;
/** Times the aim, at the fullest there has been: where nothing comes for hours, it may all come at once. */
const RESERVE = 4;

/** How long a range may be that is read at once, learned from what the ranges before have brought. */
export interface PieceWidth {
  millis(): number;
  /** A piece of this length brought so many samples. */
  brought(millis: number, samples: number): void;
  /** A piece failed: the next one is shorter, in case it was too much. */
  failed(): void;
}

export function createPieceWidth(): PieceWidth {
  let width = FIRST;
  /** Samples in a millisecond, where they were most. */
  let fullest = 0;
  return {
    millis: () => width,
    brought(millis, samples) {
      // The end of a range may be short and say little: the change is bounded.
      if (millis >= SHORTEST) fullest = Math.max(fullest, samples / millis);
      const wanted = samples === 0 ? width * 4 : (millis * AIM) / samples;
      const changed = Math.min(width * 4, Math.max(width / 4, wanted), (RESERVE * AIM) / fullest);
      width = Math.round(Math.min(LONGEST, Math.max(SHORTEST, changed)));
    },
    failed() {
      width = Math.max(SHORTEST, Math.round(width / 2));
    },
  };
}
