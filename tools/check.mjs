// `npm run check`: everything about the code that can be known without running it. Every step runs, so that one look shows
// all that is wrong.
import "./build.mjs";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";

const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
const typedFolders = [...packages.flatMap((path) => [`${path}/test`, `${path}/bench`, `${path}/dashboard`]), "tools"];

/** @type {[title: string, command: string, ...args: string[]][]} */
const steps = [
  ["format and lint", "biome", "check", "--error-on-warnings"],
  ["import direction", process.execPath, "tools/import-order.mjs"],
  ["unused files, exports and dependencies", "knip", "--no-config-hints"],
];
for (const folder of typedFolders)
  if (existsSync(join(root, folder, "tsconfig.json"))) steps.push([`types of ${folder}`, "tsc", "-p", folder]);
for (const path of packages) {
  steps.push([`contents of ${path} as published`, "publint", "run", path, "--pack", "npm", "--strict"]);
  steps.push([`types of ${path} as published`, "attw", "--pack", path, "--profile", "esm-only", "--format", "ascii"]);
}

const failed = steps.filter(([title, command, ...args]) => {
  console.log(`── ${title}`);
  return run(command, args, { output: "on failure" }) !== 0;
});
if (failed.length > 0) fail(`failed: ${failed.map(([title]) => title).join("; ")}`);
