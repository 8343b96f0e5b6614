import { parseArgs } from "node:util";
import type { ArgsDef } from "citty";
import { nearest } from "../config/nearest.js";
import { usageError } from "../errors.js";

/**
 * Refuses what citty lets through: unknown flags, flags without their value, and words too many.
 *
 * @throws LoadcastError `USAGE`
 */
export function checkArguments(raw: readonly string[], definition: ArgsDef): void {
  const options: Record<string, { type: "boolean" | "string"; short?: string }> = {};
  let positionals = 0;
  for (const [name, argument] of Object.entries(definition)) {
    if (argument.type === "positional") {
      positionals++;
      continue;
    }
    const type = argument.type === "boolean" ? "boolean" : "string";
    const alias = "alias" in argument && typeof argument.alias === "string" ? argument.alias : undefined;
    options[name] = { type, ...(alias?.length === 1 ? { short: alias } : {}) };
    if (type === "boolean") options[`no-${name}`] = { type };
  }
  const { tokens } = parseArgs({ args: [...raw], options, allowPositionals: true, strict: false, tokens: true });
  let words = 0;
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (++words > positionals) throw usageError(`"${token.value}" is one argument too many`);
    } else if (token.kind === "option") {
      const known = options[token.name];
      if (!known) {
        const meant = nearest(token.name, Object.keys(options));
        const instead = meant === null ? "--help shows those there are" : `did you mean --${meant}?`;
        throw usageError(`there is no flag ${token.rawName}; ${instead}`);
      }
      if (known.type === "string" && (token.value === undefined || token.value === "")) {
        throw usageError(`${token.rawName} needs a value`);
      }
      if (known.type === "string" && !token.inlineValue && token.value?.startsWith("--")) {
        throw usageError(`${token.rawName} needs a value; what follows it is the flag ${token.value}`);
      }
    }
  }
}

/** A whole number given to a flag; undefined where the flag is not. */
export function wholeFlag(flag: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw usageError(`${flag} is "${text}"; it must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function numberFlag(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw usageError(`${flag} is "${text}"; it must be a number`);
  return value;
}

/** "80,95" or "0.8,0.95" → [0.8, 0.95], each once and in rising order. */
export function levelsFlag(flag: string, text: string): number[] {
  const levels = text.split(",").map((part) => {
    const value = part.trim() === "" ? Number.NaN : Number(part);
    const level = value >= 1 ? value / 100 : value;
    if (!(level > 0 && level < 1)) {
      throw usageError(`${flag} is "${text}"; it must be percentages between 0 and 100, such as 80,95`);
    }
    return level;
  });
  return [...new Set(levels)].sort((a, b) => a - b);
}

/** "2,0,1" → [2, 0, 1] */
export function ordersFlag(flag: string, text: string | undefined, example: string): number[] | undefined {
  if (text === undefined) return undefined;
  const orders = text.split(",").map((part) => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN));
  if (orders.length !== example.split(",").length || orders.some(Number.isNaN)) {
    throw usageError(`${flag} is "${text}"; it must be whole numbers such as ${example}`);
  }
  return orders;
}

export function choiceFlag<T extends string>(flag: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw usageError(`${flag} is "${text}"; it must be one of ${choices.join(", ")}`);
  return found;
}
