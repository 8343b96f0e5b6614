import { AdapterError } from "../../errors.js";
import type { TimeRange } from "../../types.js";
import { type FluxTable, TooManyRows } from "./annotated-csv.js";
import { NAME } from "./connection.js";

/** A page of more is asked for again in smaller ones: 16 MB of columns. */
const MAX_ROWS = 1_000_000;
/** What a page should have: enough to make the cost of asking small, few enough to be read well within the time limit. */
const GOOD_ROWS = 250_000;

/**
 * Reads a range page by page in order of time. How long a page is follows from how many rows the one before had: an empty year takes a
 * few queries, and a thousand hosts come by the hour. Pages begin and end at multiples of `step` from the range's ends.
 */
export async function* pages(
  { from, to }: TimeRange,
  firstWidth: number,
  step: number,
  ask: (page: TimeRange, maxRows: number) => Promise<FluxTable[]>,
): AsyncGenerator<FluxTable[]> {
  const whole = (width: number) => Math.max(1, Math.floor(width / step)) * step;
  let width = whole(firstWidth);
  for (let begin = from; begin < to; ) {
    const end = Math.min(begin + width, to);
    let tables: FluxTable[];
    try {
      tables = await ask({ from: begin, to: end }, MAX_ROWS);
    } catch (error) {
      if (!(error instanceof TooManyRows)) throw error;
      if (end - begin <= step) {
        throw new AdapterError(
          NAME,
          `there are more than ${MAX_ROWS} rows within ${step / 1000} s; name fewer series by tags`,
          { code: "INVALID_DATA", cause: error },
        );
      }
      width = whole((end - begin) / 8);
      continue;
    }
    yield tables;
    const rows = tables.reduce((sum, { times }) => sum + times.length, 0);
    const growth = rows === 0 ? 8 : Math.min(8, GOOD_ROWS / rows);
    // A last page that was cut short says nothing about the next, which is not there.
    width = whole((end - begin) * growth);
    begin = end;
  }
}
