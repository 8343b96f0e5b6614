import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "./run.mjs";

/**
 * Does work only when its inputs changed since the last time it succeeded. The stamp lives inside what the work makes, so
 * that removing the product removes the stamp.
 *
 * @param {string} stamp file that remembers the inputs, relative to the root
 * @param {readonly string[]} inputs files and folders, relative to the root; a folder counts with all that is in it
 * @param {() => void} work
 */
export function whenChanged(stamp, inputs, work) {
  const file = join(root, stamp);
  const now = fingerprint(inputs);
  if (existsSync(file) && readFileSync(file, "utf8") === now) return;
  work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, now);
}

/** @param {readonly string[]} inputs */
function fingerprint(inputs) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  for (const file of inputs.flatMap((input) => filesIn(join(root, input))).sort())
    hash
      .update(`${relative(root, file)}\n`)
      .update(readFileSync(file))
      .update("\n");
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && entry.name !== "dist")
    .flatMap((entry) => filesIn(join(path, entry.name)));
}
