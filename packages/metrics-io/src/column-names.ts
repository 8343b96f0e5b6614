/** Names that tables give to the time of a sample, the likeliest first. */
export const TIME_NAMES = ["timestamp", "time", "date", "datetime", "ds", "_time", "t", "month", "year"];

/** Names that tables give to its value. */
export const VALUE_NAMES = ["value", "y", "_value", "v"];

/**
 * The index of the column that was asked for, else of the first that has one of the usual names, in any case; −1 when there is none.
 */
export function findColumn(columns: readonly string[], asked: string | undefined, usual: readonly string[]): number {
  const lower = columns.map((name) => name.toLowerCase());
  for (const name of asked === undefined ? usual : [asked.toLowerCase()]) {
    const index = lower.indexOf(name);
    if (index >= 0) return index;
  }
  return -1;
}

/** What to say when there is none. */
export function noColumn(columns: readonly string[], asked: string | undefined, option: string): string {
  const problem =
    asked === undefined ? "it is not clear which column to read" : `there is no column ${JSON.stringify(asked)}`;
  return `${problem}; set ${option} to one of ${columns.map((name) => JSON.stringify(name)).join(", ")}`;
}
