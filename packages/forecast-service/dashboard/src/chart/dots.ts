/** Which values are drawn as dots, not only as a point of the line. */

/** Up to this many values are few enough to be seen one by one. */
const FEW = 40;

/** Rows that get a dot: all of a few, else those between two gaps, which have no line to be seen by. */
export function dotted(values: readonly (number | null | undefined)[]): number[] {
  const all = values.flatMap((value, row) => (typeof value === "number" ? [row] : []));
  if (all.length <= FEW) return all;
  const neighbour = (row: number, by: 1 | -1) => {
    let at = row + by;
    while (at >= 0 && at < values.length && values[at] === undefined) at += by;
    return values[at];
  };
  return all.filter((row) => typeof neighbour(row, -1) !== "number" && typeof neighbour(row, 1) !== "number");
}
