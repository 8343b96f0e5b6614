// `npm run check`: everything about the code that can be known without running it. Every step runs, so that one look shows
// all that is wrong.
import "./build.mjs";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";

const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
const typedFolders = [...packages.flatMap((path) => [`${path}/test`, `${path}/bench`, `${path}/dashboard`]), "tools"];

/** @type {[title: string, command: string, args: string[]][]} */
const steps = [
  ["format, lint, import direction", "biome", ["check", "--error-on-warnings"]],
  ...typedFolders
    .filter((path) => existsSync(join(root, path, "tsconfig.json")))
    .map((path) => /** @type {typeof steps[number]} */ ([`types of ${path}`, "tsc", ["-p", path]])),
  ["unused files, exports, dependencies", "knip", []],
  ...packages.flatMap((path) => /** @type {typeof steps} */ ([
    [`publint ${path}`, "publint", ["run", path, "--pack", "npm", "--strict"]],
    [`types as published, ${path}`, "attw", ["--pack", path, "--profile", "esm-only", "--format", "ascii"]],
  ])),
];

const failed = steps.filter(([title, command, args]) => {
  console.log(`── ${title}`);
  return run(command, args) !== 0;
});
if (failed.length > 0) fail(`check failed: ${failed.map(([title]) => title).join("; ")}`);
