/** Ranks that are looked over at a time. */
const BLOCK = 5;
const WITHIN = (1 << BLOCK) - 1;

/** A bag of values that are known by their ranks: to add or take one away is a count, and order statistics are a walk along the counts. */
export interface CountedValues {
  readonly total: number;
  /** Counts a value once more (1) or once less (−1); a negative rank is no value. */
  add(rank: number, by: 1 | -1): void;
  /** A walk: the rank of the value at a position of the ascending list. Positions may ascend, and go back by one. */
  ranks(): (position: number) => number;
}

export function countedValues(length: number): CountedValues {
  const counts = new Uint16Array(length);
  const blocks = new Uint32Array((length >> BLOCK) + 1);
  let total = 0;
  return {
    get total() {
      return total;
    },
    add(rank, by) {
      if (rank < 0) return;
      counts[rank] += by;
      blocks[rank >> BLOCK] += by;
      total += by;
    },
    ranks() {
      let rank = 0;
      /** Values of lower ranks. */
      let before = 0;
      let at = -1;
      let earlier = 0;
      return (position) => {
        if (position === at) return rank;
        if (position === at - 1) return earlier;
        at = position;
        earlier = rank;
        for (;;) {
          while ((rank & WITHIN) === 0 && before + blocks[rank >> BLOCK] <= position) {
            before += blocks[rank >> BLOCK];
            rank += WITHIN + 1;
          }
          if (before + counts[rank] > position) return rank;
          before += counts[rank++];
        }
      };
    },
  };
}
