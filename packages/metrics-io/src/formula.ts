import type { MathNode } from "mathjs";
import { AdapterError } from "./errors.js";
import type { Samples } from "./types.js";

/** A formula over series, such as `100 * (1 - available / total)`. */
export interface Formula {
  readonly text: string;
  /** Names that need a value, in order of their first use. */
  readonly variables: readonly string[];
  /**
   * The value at every position. A variable is a column or one number for all positions; columns have one length, which is also
   * the answer's (1 when there is no column). NaN in gives NaN out, and so does whatever has no finite result: a gap, never an Infinity.
   * Throws AdapterError (INVALID_ARGUMENT) for a missing variable or columns of different length.
   */
  evaluate(values: Readonly<Record<string, ArrayLike<number> | number>>): Float64Array;
}

const NAME = "formula";

/** Longer is a mistake or an attack: nesting this deep already costs more stack than time. */
const MAX_LENGTH = 1000;

type Scalar = (...args: number[]) => number;

const OPERATORS: Readonly<Record<string, Scalar>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  pow: (a, b) => a ** b,
  unaryMinus: (a) => -a,
  unaryPlus: (a) => a,
};

/** Functions by name, each with the least and the greatest number of its arguments. */
const FUNCTIONS: Readonly<Record<string, readonly [call: Scalar, least: number, greatest: number]>> = {
  abs: [Math.abs, 1, 1],
  sqrt: [Math.sqrt, 1, 1],
  exp: [Math.exp, 1, 1],
  log: [Math.log, 1, 1],
  log10: [Math.log10, 1, 1],
  floor: [Math.floor, 1, 1],
  ceil: [Math.ceil, 1, 1],
  round: [Math.round, 1, 1],
  min: [(...args) => Math.min(...args), 1, 8],
  max: [(...args) => Math.max(...args), 1, 8],
  clamp: [(x, lower, upper) => Math.min(Math.max(x, lower), upper), 3, 3],
  /** The first argument that is not a gap. */
  coalesce: [(...args) => args.find((x) => !Number.isNaN(x)) ?? Number.NaN, 1, 8],
};

/** What a node computes: one number for all positions, or one for each. */
type Compiled = (values: ReadonlyMap<string, Float64Array | number>, length: number) => Float64Array | number;

/**
 * Reads a formula: numbers, variables, parentheses, + − * / ^ and the functions abs, sqrt, exp, log (natural), log10, floor, ceil,
 * round, min, max, clamp(x, lower, upper) and coalesce(a, b, …). mathjs only parses it; what it may do is the list above and nothing
 * else, so a formula may come from anyone.
 *
 * Throws AdapterError (INVALID_ARGUMENT) that shows the part it does not take.
 */
export async function compileFormula(text: string): Promise<Formula> {
  if (typeof text !== "string" || text.trim() === "")
    refuse("a formula must be a text such as 100 * (1 - available / total)");
  if (text.length > MAX_LENGTH) refuse(`a formula may have ${MAX_LENGTH} characters, this one has ${text.length}`);
  const { parse } = await import("mathjs/number");
  const variables: string[] = [];
  let root: Compiled;
  try {
    root = compile(parse(text), variables);
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    const reason = error instanceof RangeError ? "it is nested too deeply" : (error as Error).message;
    throw new AdapterError(NAME, `${quote(text)} cannot be read: ${reason}`, {
      code: "INVALID_ARGUMENT",
      cause: error,
    });
  }
  return { text, variables, evaluate: (values) => evaluate(text, root, variables, values) };
}

/**
 * A formula over grids: one input for each variable, all with the same times (as `resample` gives them for one range). A position where
 * an input has a gap is a gap.
 * Throws AdapterError (INVALID_ARGUMENT) for a missing input or times that differ.
 */
export function derive(formula: Formula, inputs: Readonly<Record<string, Samples>>): Samples {
  const columns: Record<string, Float64Array> = Object.create(null);
  let times: Float64Array | null = null;
  for (const name of formula.variables) {
    const input = Object.hasOwn(inputs, name) ? inputs[name] : undefined;
    if (input === undefined) refuse(`${quote(formula.text)} needs ${name}`);
    times ??= input.times;
    if (input.times.length !== times.length || input.times.some((time, i) => time !== times?.[i])) {
      refuse(`${formula.variables[0]} and ${name} have different times; resample them to one grid first`);
    }
    columns[name] = input.values;
  }
  if (times === null) refuse(`${quote(formula.text)} uses no series`);
  return { times: times.slice(), values: formula.evaluate(columns) };
}

function evaluate(
  text: string,
  root: Compiled,
  variables: readonly string[],
  values: Readonly<Record<string, ArrayLike<number> | number>>,
): Float64Array {
  const columns = new Map<string, Float64Array | number>();
  let length = -1;
  for (const name of variables) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined) refuse(`${quote(text)} needs a value for ${name}`);
    if (typeof value !== "number") {
      if (length >= 0 && value.length !== length) {
        refuse(`${name} has ${value.length} values where another variable has ${length}`);
      }
      length = value.length;
    }
    columns.set(name, typeof value === "number" ? value : Float64Array.from(value));
  }
  if (length < 0) length = 1;
  const result = root(columns, length);
  const out = typeof result === "number" ? new Float64Array(length).fill(result) : result.slice();
  for (let i = 0; i < length; i++) if (!Number.isFinite(out[i])) out[i] = Number.NaN;
  return out;
}

/** Turns a parsed node into code of ours, or refuses it: what is not named here does not run. */
function compile(node: MathNode, variables: string[]): Compiled {
  // mathjs describes its nodes by their `type`; each branch reads only the fields of that type.
  const { type, value, name, op, fn, args, content, implicit } = node as unknown as {
    type: string;
    value: unknown;
    name: string;
    op: string;
    fn: string | { name: string };
    args: MathNode[];
    content: MathNode;
    implicit?: boolean;
  };
  switch (type) {
    case "ConstantNode": {
      if (typeof value !== "number" || !Number.isFinite(value)) return refuse(`${quote(node)} is not a number`);
      return () => value;
    }
    case "SymbolNode": {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        refuse(`${quote(name)} is not a name; use letters, digits and underscores`);
      }
      if (!variables.includes(name)) variables.push(name);
      return (values) => values.get(name) as Float64Array | number;
    }
    case "ParenthesisNode":
      return compile(content, variables);
    case "OperatorNode": {
      if (implicit) refuse(`${quote(node)}: write * where you mean to multiply`);
      const call = typeof fn === "string" && Object.hasOwn(OPERATORS, fn) ? OPERATORS[fn] : undefined;
      // 5% is parsed as 5 / 100 and marked so.
      if (call === undefined || (node as { isPercentage?: boolean }).isPercentage) {
        return refuse(`the operator ${quote(op)} is not known; there are + - * / ^`);
      }
      return apply(
        call,
        args.map((arg) => compile(arg, variables)),
      );
    }
    case "FunctionNode": {
      const called = typeof fn === "string" ? fn : fn.name;
      const entry = Object.hasOwn(FUNCTIONS, called) ? FUNCTIONS[called] : undefined;
      if (entry === undefined) {
        return refuse(`the function ${quote(called)} is not known; there are ${Object.keys(FUNCTIONS).join(", ")}`);
      }
      const [call, least, greatest] = entry;
      if (args.length < least || args.length > greatest) {
        refuse(
          `${called} takes ${least === greatest ? least : `${least} to ${greatest}`} arguments, got ${args.length}`,
        );
      }
      return apply(
        call,
        args.map((arg) => compile(arg, variables)),
      );
    }
    default:
      return refuse(
        `${quote(node)} is not part of a formula; there are numbers, names, + - * / ^, parentheses and functions`,
      );
  }
}

/** Applies a function of numbers at every position; to plain numbers only once. */
function apply(call: Scalar, args: readonly Compiled[]): Compiled {
  return (values, length) => {
    const columns = args.map((arg) => arg(values, length));
    if (columns.every((column) => typeof column === "number")) return call(...(columns as number[]));
    const out = new Float64Array(length);
    if (columns.length === 2) {
      // The common case, without an array of arguments at every position: 4 times as fast.
      const [a, b] = columns;
      for (let i = 0; i < length; i++) {
        out[i] = call(typeof a === "number" ? a : a[i], typeof b === "number" ? b : b[i]);
      }
      return out;
    }
    const at = new Array<number>(columns.length);
    for (let i = 0; i < length; i++) {
      for (let k = 0; k < columns.length; k++) {
        const column = columns[k];
        at[k] = typeof column === "number" ? column : column[i];
      }
      out[i] = call(...at);
    }
    return out;
  };
}

function refuse(message: string): never {
  throw new AdapterError(NAME, message, { code: "INVALID_ARGUMENT" });
}

function quote(part: unknown): string {
  const text = String(part);
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
