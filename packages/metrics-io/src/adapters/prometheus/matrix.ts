import { type Columns, growingColumns } from "../../columns.js";
import { parseDecimal } from "../../decimal.js";
import { AdapterError } from "../../errors.js";
import type { BodyReader } from "../../http.js";
import { NAME } from "./metric.js";

/** An answer of Prometheus: its JSON, with the points of each series taken out of it. */
export interface MatrixAnswer {
  /** As parsed, every list under "values" empty. */
  readonly document: unknown;
  /** The points that stood in those lists, in the order of the lists: times in seconds, values; what is no finite number is NaN. */
  readonly points: readonly { readonly times: Float64Array; readonly values: Float64Array }[];
}

/** No label can hold this: within a JSON string the quotes have backslashes before them. */
const MARK = Buffer.from('"values":[');

const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;
/** A brace, or the newline after it. */
const DOCUMENT_ENDS = [0x7d, 0x0a];

/**
 * Reads the JSON of /query and /query_range while it comes. The points, `[1769904000,"12.5"],` over and over, are nearly all of it:
 * they go from the bytes into typed columns, and JSON.parse gets the rest. A point costs 16 bytes this way; as JSON it is an array and a
 * text, 150 bytes.
 *
 * An answer that breaks off is an AdapterError (UNAVAILABLE), one that is no such JSON INVALID_DATA.
 */
export function matrixReader(address: string): BodyReader<MatrixAnswer> {
  const points: Columns[] = [];
  const envelope: Uint8Array[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let inside = false;
  let lastByte = 0;

  const broken = (cause?: unknown) =>
    new AdapterError(NAME, `${address} answered JSON that cannot be read`, { code: "INVALID_DATA", cause });

  /** Takes points from `at` on; gives where it stopped: at the end of the list, or at a point that is not all there. */
  const takePoints = (bytes: Buffer, at: number, columns: Columns): number => {
    const length = bytes.length;
    let start = at;
    for (;;) {
      if (bytes[start] === COMMA) start++;
      if (start >= length || bytes[start] === CLOSE) return start;
      if (bytes[start] !== OPEN) throw broken();
      let comma = start + 1;
      while (comma < length && bytes[comma] !== COMMA) comma++;
      if (comma + 1 < length && bytes[comma + 1] !== QUOTE) throw broken();
      let quote = comma + 2;
      while (quote < length && bytes[quote] !== QUOTE) quote++;
      if (quote + 1 >= length) return start;
      if (bytes[quote + 1] !== CLOSE) throw broken();
      columns.push(parseDecimal(bytes, start + 1, comma), parseDecimal(bytes, comma + 2, quote));
      start = quote + 2;
    }
  };

  return {
    push(part) {
      const bytes = Buffer.concat([rest, part]);
      lastByte = bytes[bytes.length - 1];
      let at = 0;
      for (;;) {
        if (inside) {
          at = takePoints(bytes, at, points[points.length - 1]);
          if (bytes[at] !== CLOSE) break;
          inside = false;
        }
        const mark = bytes.indexOf(MARK, at);
        // A mark that has only begun stays for the next part.
        const end = mark < 0 ? Math.max(at, bytes.length - MARK.length + 1) : mark + MARK.length;
        envelope.push(bytes.subarray(at, end));
        at = end;
        if (mark < 0) break;
        points.push(growingColumns());
        inside = true;
      }
      rest = bytes.subarray(at);
    },

    end() {
      if (inside || !DOCUMENT_ENDS.includes(lastByte)) {
        throw new AdapterError(NAME, `${address}: the answer breaks off before its end`, { code: "UNAVAILABLE" });
      }
      try {
        const document: unknown = JSON.parse(Buffer.concat([...envelope, rest]).toString("utf8"));
        return { document, points: points.map((columns) => columns.samples()) };
      } catch (error) {
        throw broken(error);
      }
    },
  };
}
