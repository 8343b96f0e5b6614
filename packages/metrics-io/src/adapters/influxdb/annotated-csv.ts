import { type Columns, growingColumns } from "../../columns.js";
import { parseDecimal } from "../../decimal.js";
import { AdapterError } from "../../errors.js";
import type { BodyReader } from "../../http.js";
import { parseRfc3339 } from "./rfc3339.js";

/** One table of an answer: the rows of one series under one yield(). */
export interface FluxTable {
  /** The name given to yield(). */
  readonly result: string;
  /** Every column but _time and _value, which all rows of a table share: its tags, _measurement and _field. */
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. Empty where the table has no column _time. */
  readonly times: Float64Array;
  /** The column _value; NaN where it holds no number. */
  readonly values: Float64Array;
  /** The column _value as texts, where the table has no column _time: what schema.tagValues gives. */
  readonly texts: readonly string[];
}

/** Thrown when an answer has more rows than were allowed: ask for a shorter time. */
export class TooManyRows extends Error {}

/** What the header above a table says of its columns. */
interface Header {
  readonly names: readonly string[];
  readonly defaultResult: string;
  readonly result: number;
  readonly table: number;
  readonly time: number;
  readonly value: number;
  /** Rows of one table differ in time and value only, and those stand side by side: rows can be read without taking them apart. */
  readonly even: boolean;
}

interface OpenTable {
  readonly id: string;
  readonly result: string;
  readonly labels: Record<string, string>;
  readonly columns: Columns;
  readonly texts: string[];
  /** The bytes before the time, the same in every row of the table. */
  readonly prefix: Uint8Array;
  /** How many bytes follow the value, up to and with the end of the row. */
  readonly tail: number;
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * Reads InfluxDB's annotated CSV (annotations default, group and datatype) as it comes, into typed columns: 16 bytes a row stay.
 *
 * Rows of a table repeat its tags, so after the first row of a table only time and value are looked at and the rest, whose length is
 * known, is skipped: 80,640 rows of 6 MB in 30 ms, 2.4 times as fast as splitting them.
 *
 * An answer that breaks off, or that ends with an error table, is an AdapterError (UNAVAILABLE); what is no annotated CSV is
 * INVALID_DATA; more than `maxRows` rows are {@link TooManyRows}.
 */
export function annotatedCsv(adapter: string, maxRows = Infinity): BodyReader<FluxTable[]> {
  const tables: OpenTable[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let annotations = new Map<string, readonly string[]>();
  let header: Header | null = null;
  let open: OpenTable | null = null;
  let rows = 0;
  /** A blank line ends each result, and the answer. */
  let ended = false;

  const broken = (problem: string) =>
    new AdapterError(adapter, `the answer is no annotated CSV: ${problem}; is this the address of an InfluxDB?`, {
      code: "INVALID_DATA",
    });

  const takeHeader = (fields: readonly string[]) => {
    const at = (name: string) => fields.indexOf(name);
    if (at("result") < 0 || at("table") < 0) {
      if (at("error") < 0) throw broken(`its header is ${JSON.stringify(fields.join(",").slice(0, 80))}`);
    } else if (at("_value") < 0) throw broken("it has no column _value");
    const group = annotations.get("#group") ?? [];
    const time = at("_time");
    header = {
      names: fields,
      defaultResult: annotations.get("#default")?.[at("result")] ?? "",
      result: at("result"),
      table: at("table"),
      time,
      value: at("_value"),
      even:
        time === at("table") + 1 &&
        at("_value") === time + 1 &&
        /^(double|long|unsignedLong)$/.test(annotations.get("#datatype")?.[time + 1] ?? "") &&
        group.slice(time + 2).every((inGroup) => inGroup === "true"),
    };
    open = null;
  };

  const takeRow = (fields: readonly string[], known: Header, bytes: Uint8Array, start: number, end: number) => {
    if (known.table < 0) {
      const reason = fields[known.names.indexOf("error")] ?? "no reason given";
      throw new AdapterError(adapter, `the query broke off: ${reason}`, { code: "UNAVAILABLE" });
    }
    if (fields.length !== known.names.length) {
      throw broken(`a row has ${fields.length} columns under a header of ${known.names.length}`);
    }
    const id = fields[known.table];
    const result = fields[known.result] === "" ? known.defaultResult : fields[known.result];
    if (open === null || open.id !== id || open.result !== result) {
      open = openTable(id, result, fields, known, bytes, start, end);
      tables.push(open);
    }
    if (++rows > maxRows) throw new TooManyRows();
    const value = fields[known.value];
    if (known.time < 0) {
      open.texts.push(value);
      return;
    }
    const time = parseRfc3339(Buffer.from(fields[known.time]), 0, fields[known.time].length);
    if (Number.isNaN(time)) throw broken(`${JSON.stringify(fields[known.time])} is no time`);
    open.columns.push(time, parseDecimal(Buffer.from(value), 0, value.length));
  };

  /** Takes rows of the open table from `at` on without taking them apart; gives where it stopped. */
  const skim = (bytes: Buffer, at: number, { prefix, tail, columns }: OpenTable): number => {
    const length = bytes.length;
    let start = at;
    each: while (start + prefix.length < length) {
      for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) break each;
      const timeStart = start + prefix.length;
      let timeEnd = timeStart;
      while (timeEnd < length && bytes[timeEnd] !== COMMA) timeEnd++;
      let valueEnd = timeEnd + 1;
      while (valueEnd < length && bytes[valueEnd] !== COMMA && bytes[valueEnd] !== RETURN) valueEnd++;
      const end = valueEnd + tail;
      if (end > length || bytes[end - 1] !== NEWLINE) break;
      const time = parseRfc3339(bytes, timeStart, timeEnd);
      if (Number.isNaN(time)) break;
      if (++rows > maxRows) throw new TooManyRows();
      columns.push(time, parseDecimal(bytes, timeEnd + 1, valueEnd));
      start = end;
    }
    return start;
  };

  return {
    push(part) {
      const bytes =
        rest.length === 0 ? Buffer.from(part.buffer, part.byteOffset, part.length) : Buffer.concat([rest, part]);
      let at = 0;
      for (;;) {
        if (open !== null && open.prefix.length > 0) at = skim(bytes, at, open);
        const end = rowEnd(bytes, at);
        if (end < 0) break;
        const fields = splitRow(bytes, at, end);
        if (fields.length === 1 && fields[0] === "") {
          header = null;
          open = null;
          ended = true;
        } else {
          ended = false;
          if (fields[0].startsWith("#")) {
            // The annotations of a table stand together above its header.
            if (header !== null) annotations = new Map();
            header = null;
            annotations.set(fields[0], fields);
          } else if (header === null) takeHeader(fields);
          else takeRow(fields, header, bytes, at, end);
        }
        at = end;
      }
      rest = bytes.subarray(at);
    },

    end() {
      if (rest.length > 0 || !ended) {
        throw new AdapterError(adapter, "the answer breaks off before its end", { code: "UNAVAILABLE" });
      }
      return tables.map(({ result, labels, columns, texts }) => ({ result, labels, ...columns.samples(), texts }));
    },
  };
}

function openTable(
  id: string,
  result: string,
  fields: readonly string[],
  header: Header,
  bytes: Uint8Array,
  start: number,
  end: number,
): OpenTable {
  const labels: Record<string, string> = Object.create(null);
  fields.forEach((field, i) => {
    if (i > 0 && ![header.result, header.table, header.time, header.value].includes(i)) labels[header.names[i]] = field;
  });
  const common = { id, result, labels, columns: growingColumns(), texts: [] };
  if (!header.even) return { ...common, prefix: new Uint8Array(0), tail: 0 };
  // Neither id nor time nor value are ever quoted; a quoted result name switches skimming off.
  const prefix = Buffer.from(`,${fields[header.result]},${id},`);
  const matches = prefix.every((byte, i) => bytes[start + i] === byte);
  const upToValue = prefix.length + fields[header.time].length + 1 + fields[header.value].length;
  return { ...common, prefix: matches ? prefix : new Uint8Array(0), tail: end - start - upToValue };
}

/** Where the row that begins at `start` ends, after its newline; −1 when that has not come yet. Quoted fields may hold newlines. */
function rowEnd(bytes: Uint8Array, start: number): number {
  let quoted = false;
  let from = start;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, from);
    if (newline < 0) return -1;
    for (let i = from; i < newline; i++) if (bytes[i] === QUOTE) quoted = !quoted;
    if (!quoted) return newline + 1;
    from = newline + 1;
  }
}

/** The fields of one row of CSV (RFC 4180). */
function splitRow(bytes: Uint8Array, start: number, end: number): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (!text.includes('"')) return text.split(",");
  const fields: string[] = [];
  for (const [, quoted, plain] of `,${text}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
  }
  return fields;
}
