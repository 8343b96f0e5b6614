// `npm run bench`: installs, builds, runs packages/*/bench/*.mjs one after the other. A word picks those whose path
// contains it, what follows goes to them: npm run bench -- speed --quick
import "./build.mjs";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";

const [word = "", ...rest] = process.argv.slice(2);
const scripts = readdirSync(join(root, "packages"))
  .map((name) => `packages/${name}/bench`)
  .filter((folder) => existsSync(join(root, folder)))
  .flatMap((folder) => readdirSync(join(root, folder)).map((file) => `${folder}/${file}`))
  .filter((path) => path.endsWith(".mjs") && path.includes(word));

if (scripts.length === 0) fail(`no benchmark has "${word}" in its path. They are packages/*/bench/*.mjs.`);
for (const script of scripts) {
  console.error(`\n── ${script}`);
  // The service is measured as `npm start` runs it.
  if (script.startsWith("packages/forecast-service/")) process.env.MALLOC_ARENA_MAX = "2";
  const flags = script.startsWith("packages/forecast-service/")
    ? ["--max-semi-space-size=2", "--heap-growing-percent=20"]
    : [];
  if (run(process.execPath, [...flags, script, ...rest]) !== 0) fail(`${script} failed.`);
}
