import { findColumn, TIME_NAMES, VALUE_NAMES } from "../../column-names.js";
import { isGap } from "../parse.js";
import { dateReader } from "./date-text.js";
import { numberReader } from "./number-text.js";

/** Where the columns of a pasted table are. */
export interface PastedLayout {
  /** −1: the table has no times. */
  readonly time: number;
  /** −1: no column holds numbers. */
  readonly value: number;
  /** Columns that hold numbers, and neither the time nor the number of the row. */
  readonly numeric: readonly number[];
  /** Columns whose words tell series apart, such as the host. */
  readonly labels: readonly number[];
}

/** Rows that are looked at to tell what a column holds. */
const LOOK = 200;
/** March 1973: smaller numbers are counts of rows, not seconds since 1970. */
export const LEAST_EPOCH = 1e8;
/** Names of columns that only number the rows. */
const INDEX = /^(|#|index|idx|id|row|no|nr|step|n|i|table|unnamed: 0)$/i;

/** What a column is called in a table without a header. */
export const unnamed = (column: number) => `column ${column + 1}`;

/** Tells columns by their names and by what is in them. `asked` are the indices that somebody chose, −1 for none. */
export function layoutOf(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  delimiter: string,
  asked: { readonly time: number; readonly value: number },
): PastedLayout {
  const look = rows.slice(0, LOOK);
  const kinds = names.map((name, column) =>
    kindOf(
      look.map((row) => row[column] ?? ""),
      delimiter,
      name,
    ),
  );
  const all = names.map((_, column) => column);
  const time = asked.time >= 0 ? asked.time : timeColumn(names, kinds);
  const numeric = all.filter((column) => column !== time && kinds[column] !== "dates" && kinds[column] !== "words");
  const usual = findColumn(names, undefined, VALUE_NAMES);
  const filled = numeric.filter((column) => look.some((row) => !isGap(row[column] ?? "")));
  const plain = filled.filter((column) =>
    names[column] === unnamed(column) ? !countsRows(look.map((row) => row[column] ?? "")) : !INDEX.test(names[column]),
  );
  const value =
    asked.value >= 0
      ? asked.value
      : usual >= 0 && usual !== time
        ? usual
        : ((plain.length > 0 ? plain : filled)[0] ?? numeric[0] ?? -1);
  const labels = all.filter((column) => kinds[column] === "words" && column !== time && column !== value);
  return { time, value, numeric: plain.length > 0 ? plain : filled, labels };
}

/** 0, 1, 2 … or 1, 2, 3 …: the number of the row. */
function countsRows(fields: readonly string[]): boolean {
  const first = Number(fields[0]);
  return (
    fields.length > 2 && (first === 0 || first === 1) && fields.every((text, place) => Number(text) === first + place)
  );
}

type Kind = "dates" | "epochs" | "numbers" | "words";

function kindOf(fields: readonly string[], delimiter: string, name: string): Kind {
  const filled = fields.filter((text) => !isGap(text));
  if (filled.length === 0) return "numbers";
  const read = numberReader(filled, delimiter);
  const values = filled.map(read);
  const numbers = values.filter((value) => value !== null);
  if (numbers.length * 2 >= filled.length) {
    if (name.toLowerCase() === "year" && numbers.every((value) => value >= 1000 && value <= 9999)) return "dates";
    return numbers.every((value) => value >= LEAST_EPOCH) && !VALUE_NAMES.includes(name.toLowerCase())
      ? "epochs"
      : "numbers";
  }
  const { read: date } = dateReader(filled);
  return filled.filter((text) => date(text) !== null).length * 2 >= filled.length ? "dates" : "words";
}

/** By its name where it holds times, else the first that holds dates, else the first column where it counts from 1970. */
function timeColumn(names: readonly string[], kinds: readonly Kind[]): number {
  const lower = names.map((name) => name.toLowerCase());
  for (const name of TIME_NAMES) {
    const column = lower.indexOf(name);
    if (column >= 0 && kinds[column] !== "numbers") return column;
  }
  const dates = kinds.indexOf("dates");
  if (dates >= 0) return dates;
  return kinds[0] === "epochs" && kinds.length > 1 ? 0 : -1;
}
