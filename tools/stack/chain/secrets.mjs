import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../run.mjs";

/**
 * Makes the secrets that compose.yaml names, those that are not there yet.
 *
 * @param {string} folder
 * @returns {Record<string, string>} by name
 */
export function makeSecrets(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const compose = readFileSync(join(root, "deploy/compose.yaml"), "utf8");
  return Object.fromEntries(
    [...compose.matchAll(/file: \.\/secrets\/(\S+)/g)].map(([, name]) => {
      const file = join(folder, name);
      if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
      return [name, readFileSync(file, "utf8")];
    }),
  );
}
