import { readFileSync } from "node:fs";
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument, visit } from "yaml";
import { describeError } from "../errors.js";

/** A place in a file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface ConfigDocument {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the value at a path is written, or the nearest group around it; null where nothing of it is. */
  positionOf(path: readonly PropertyKey[]): Position | null;
  /** Where a key is written. */
  keyPosition(path: readonly PropertyKey[]): Position | null;
}

/** Why a file holds no settings at all. */
export interface UnreadableDocument {
  /** One line that names the file. */
  readonly message: string;
  readonly position: Position | null;
}

/** Reads a YAML file, and remembers where everything in it stands. */
export function readDocument(file: string): ConfigDocument | UnreadableDocument[] {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    return [{ message: `the configuration file ${file} cannot be read: ${describeError(error)}`, position: null }];
  }
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, merge: true });
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return document.errors.map((error) => {
      const position = at(error.pos[0]);
      const where = ` (line ${position.line}, column ${position.column})`;
      return {
        message:
          error.code === "MULTIPLE_DOCS"
            ? `the configuration file ${file} holds several documents${where}; keep what stands before the second ---`
            : `the configuration file ${file} is not valid YAML${where}: ${describeError(error)}`,
        position,
      };
    });
  }
  let values: unknown;
  try {
    values = document.toJS();
  } catch (error) {
    // An alias of nothing, or aliases that multiply themselves.
    const position = unresolved(document, at);
    const where = position ? ` (line ${position.line}, column ${position.column})` : "";
    return [{ message: `the configuration file ${file} is not valid YAML${where}: ${describeError(error)}`, position }];
  }
  if (values !== null && values !== undefined && !isRecord(values)) {
    return [{ message: `the configuration file ${file} must hold settings such as "port: 8080"`, position: at(0) }];
  }

  const positionOf = (path: readonly PropertyKey[]): Position | null => {
    for (let length = path.length; length > 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return null;
  };
  return {
    values: isRecord(values) ? values : {},
    positionOf,
    keyPosition(path) {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const pair = isMap(parent)
        ? parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1))
        : undefined;
      const range = isScalar(pair?.key) ? pair.key.range : null;
      return range ? at(range[0]) : positionOf(path);
    },
  };
}

/** Where the first alias stands whose anchor is not there. */
function unresolved(document: Document, at: (offset: number) => Position): Position | null {
  let found: Position | null = null;
  visit(document, {
    Alias(_, node) {
      if (node.range && node.resolve(document) === undefined) {
        found = at(node.range[0]);
        return visit.BREAK;
      }
    },
  });
  return found;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
