import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { describeError } from "../errors.js";
import { isRecord } from "./document.js";

/** A secret that could not be had. */
export interface SecretProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** A secret is a line, not a disk image that someone named by mistake. */
const MAX_BYTES = 64 * 1024;

/**
 * Puts the content of every `tokenFile` and `passwordFile` of a document in place of it, as `token` and `password`. White space at the ends
 * is left out: editors end files with a line break.
 *
 * @param folderOf the folder that a relative name at a path begins at
 */
export function readSecretFiles(
  document: Record<string, unknown>,
  folderOf: (path: readonly (string | number)[]) => string,
): SecretProblem[] {
  const problems: SecretProblem[] = [];
  const visit = (value: unknown, path: readonly (string | number)[]) => {
    if (Array.isArray(value)) {
      value.forEach((entry, i) => {
        visit(entry, [...path, i]);
      });
    }
    if (!isRecord(value)) return;
    for (const key of Object.keys(value)) {
      const at = [...path, key];
      const secret = /^(token|password)File$/.exec(key)?.[1];
      if (secret === undefined) {
        visit(value[key], at);
        continue;
      }
      const name = value[key];
      if (typeof name !== "string" || name.trim() === "") continue; // the schema says what is wrong with it
      if (value[secret] !== undefined) {
        problems.push({ path: at, message: `stands beside ${secret}: give one of them` });
        continue;
      }
      const file = resolve(folderOf(at), name.trim());
      try {
        if (statSync(file).size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES} bytes`);
        const content = readFileSync(file, "utf8").trim();
        if (content === "") throw new Error("it is empty");
        // Nobody could send it: no header holds a line break.
        if (/[\r\n]/.test(content)) throw new Error("it has more than one line; keep the secret alone in it");
        value[secret] = content;
        delete value[key];
      } catch (error) {
        problems.push({ path: at, message: `names ${file}, which cannot be used: ${describeError(error)}` });
      }
    }
  };
  visit(document, []);
  return problems;
}
