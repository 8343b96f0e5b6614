/** One record of a CSV text. `line` is where it starts, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A record may be as long as this; a quote that is never closed would otherwise take in all that follows. */
const LONGEST_RECORD = 2 ** 24;

/**
 * Records of a CSV text (RFC 4180): fields in double quotes may hold delimiters, line breaks and doubled quotes; lines end in LF, CRLF
 * or CR. Empty lines and lines that start with # are left out, blanks around fields are trimmed; what stands in quotes stays as it is.
 * `fail` is called, and must throw, for a quote that is never closed.
 */
export function csvRows(
  text: string,
  delimiter: string,
  fail: (line: number, message: string) => never,
): Generator<CsvRow> {
  return csvRowReader(delimiter, fail)(text, true);
}

/**
 * The same of a text that comes in pieces: call it for each piece, with `last` for the one at the end, and take all rows that it gives
 * before the next. It keeps the beginning of a record whose end has not come.
 */
export function csvRowReader(
  delimiter: string,
  fail: (line: number, message: string) => never,
): (piece: string, last: boolean) => Generator<CsvRow> {
  let rest = "";
  let line = 1;
  return function* read(piece, last) {
    const text = rest + piece;
    let at = 0;
    while (at < text.length) {
      const end = lineEnd(text, at);
      if (!last && isOpen(text, end)) break;
      const raw = text.slice(at, end);
      if (!raw.includes('"')) {
        if (raw.trim() !== "" && !raw.startsWith("#")) {
          yield { line, fields: raw.split(delimiter).map((f) => f.trim()) };
        }
        at = afterBreak(text, end);
        line++;
        continue;
      }
      const record = quotedRecord(text, at, delimiter);
      if (!last && text.length - at < LONGEST_RECORD && (record === null || isOpen(text, record.end))) break;
      if (record === null) return fail(line, "a quote is opened and never closed");
      yield { line, fields: record.fields };
      line += record.breaks + 1;
      at = afterBreak(text, record.end);
    }
    rest = text.slice(at);
  };
}

/** Whether what comes next may belong to the line that ends here: there is no break yet, or a CR that a LF may follow. */
function isOpen(text: string, end: number): boolean {
  return end === text.length || (end === text.length - 1 && text[end] === "\r");
}

function lineEnd(text: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) return i;
  }
  return text.length;
}

function afterBreak(text: string, end: number): number {
  return text.startsWith("\r\n", end) ? end + 2 : end + 1;
}

/** The slow path for a record with quotes. Null when a quote stays open. */
function quotedRecord(
  text: string,
  from: number,
  delimiter: string,
): { fields: string[]; end: number; breaks: number } | null {
  const fields: string[] = [];
  let field = "";
  /** So much of the field stood in quotes. */
  let exact = 0;
  let breaks = 0;
  let quoted = false;
  const push = () => {
    fields.push(exact > 0 ? field.slice(0, exact) + field.slice(exact).trim() : field.trim());
    field = "";
    exact = 0;
  };
  let i = from;
  for (; i < text.length; i++) {
    const c = text[i];
    if (quoted) {
      if (c === '"' && text[i + 1] === '"') field += text[++i];
      else if (c === '"') {
        quoted = false;
        exact = field.length;
      } else {
        if (c === "\n" || (c === "\r" && text[i + 1] !== "\n")) breaks++;
        field += c;
      }
    } else if (c === '"' && exact === 0 && field.trim() === "") {
      field = "";
      quoted = true;
    } else if (c === delimiter) {
      push();
    } else if (c === "\n" || c === "\r") break;
    else field += c;
  }
  push();
  return quoted ? null : { fields, end: i, breaks };
}

/** A field as errors show it. */
export function quote(field: string): string {
  return JSON.stringify(field.length > 40 ? `${field.slice(0, 40)}…` : field);
}
