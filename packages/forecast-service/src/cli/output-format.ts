import { usageError } from "../errors.js";
import { choiceFlag } from "./arguments.js";

/** Flags of every command that prints something for programs as well. `choices` names the formats, the default first. */
export function formatFlags(...choices: readonly string[]) {
  return {
    format: { type: "string", description: `how it is printed (${choices[0]})`, valueHint: choices.join("|") },
    json: { type: "boolean", description: "the same as --format json" },
  } as const;
}

/** The format that was asked for, else the first. @throws LoadcastError `USAGE` */
export function formatOf<T extends string>(
  { format, json }: { readonly format?: string | undefined; readonly json?: boolean | undefined },
  ...choices: readonly T[]
): T {
  if (json) {
    if (format !== undefined && format !== "json")
      throw usageError(`--json and --format ${format} exclude one another`);
    return "json" as T;
  }
  return format === undefined ? choices[0] : choiceFlag("--format", format, choices);
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
