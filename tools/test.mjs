// `npm test`: installs, builds, runs every test. Further arguments are Vitest's: npm test -- --project sarima-core
import "./build.mjs";
import { run } from "./run.mjs";

process.exitCode = run("vitest", ["run", ...process.argv.slice(2)]);
