import type { z } from "zod";
import type { ConfigDocument, Position } from "./document.js";
import { nearest } from "./nearest.js";

/** What is wrong with one setting. */
export interface ConfigProblem {
  /** The setting, such as `sources[0].url`; empty for the file as a whole. */
  readonly field: string;
  /** Where it was set: a variable, a flag, or the file. */
  readonly origin: string;
  readonly line: number | null;
  readonly column: number | null;
  /** One line that names the setting, its value and what it must be. */
  readonly message: string;
}

export interface Origins {
  readonly file: string | undefined;
  readonly document: ConfigDocument | null;
  /** Variables and flags by the path of what they set. */
  readonly set: ReadonlyMap<string, string>;
  readonly merged: Readonly<Record<string, unknown>>;
}

/** ["sources", 0, "url"] → "sources[0].url" */
export function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key)),
    "",
  );
}

export function problemAt(
  path: readonly PropertyKey[],
  says: string,
  origins: Origins,
  position: (document: ConfigDocument) => Position | null = (document) => document.positionOf(path),
): ConfigProblem {
  const field = fieldName(path);
  const variable = origins.set.get(field) ?? origins.set.get(`${field}File`);
  const at = variable === undefined && origins.document ? position(origins.document) : null;
  const where = origins.file === undefined ? field : `${field} in ${origins.file}`;
  return {
    field,
    origin: variable ?? origins.file ?? "",
    line: at?.line ?? null,
    column: at?.column ?? null,
    message: `${variable ?? where} ${says}`,
  };
}

/** Every problem that an issue of the schema stands for. `keysAt` gives the settings that a group has. */
export function explainIssue(
  issue: z.core.$ZodIssue,
  origins: Origins,
  keysAt: (path: readonly PropertyKey[]) => readonly string[],
): ConfigProblem[] {
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(issue.path);
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const meant = nearest(key, known);
      return problemAt(
        path,
        `is not a setting; there are: ${known.join(", ")}${meant === null ? "" : `; did you mean ${meant}?`}`,
        origins,
        (document) => document.keyPosition(path),
      );
    });
  }
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    origins.merged,
  );
  const secret = isSecret(String(issue.path.at(-1)));
  // A single text may stand for a list of one: what is wrong with it is wrong with the whole.
  const whole = issue.path.slice(0, -1);
  const around = whole.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | null | undefined)?.[key],
    origins.merged,
  );
  if (value === undefined && issue.path.at(-1) === 0 && around !== undefined && !Array.isArray(around)) {
    return [problemAt(whole, `is ${brief(around)}; it must be ${issue.message}`, origins)];
  }
  const shown = value === undefined ? "not set" : secret ? "not usable" : brief(value);
  return [problemAt(issue.path, `is ${shown}; it must be ${issue.message}`, origins)];
}

/** Messages end up in logs. */
const isSecret = (key: string) => key === "token" || key === "password";

function brief(value: unknown): string {
  const hidden = (key: string, inner: unknown) => (isSecret(key) && typeof inner === "string" ? "…" : inner);
  const text = (JSON.stringify(value, hidden) ?? String(value)).replace(/\/\/[^/@\s"]*@/g, "//…@");
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
