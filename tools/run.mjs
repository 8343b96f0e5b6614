import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program and waits for it. Its words go to the terminal; with `quiet`, both its streams go to stderr, so that stdout
 * carries only what the command was called for.
 *
 * @param {string} command a name on the PATH or in node_modules/.bin of `cwd` or of the root
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, cwd?: string }} [options] `cwd` is relative to the root, where it runs by default
 * @returns {number} the exit code; 1 when it was ended by a signal or could not be started
 */
export function run(command, args, { quiet = false, cwd = "." } = {}) {
  const bins = [join(root, cwd, "node_modules/.bin"), join(root, "node_modules/.bin")];
  const { status, error } = spawnSync(command, args, {
    cwd: join(root, cwd),
    stdio: ["ignore", quiet ? 2 : "inherit", "inherit"],
    env: { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) },
    shell: process.platform === "win32", // the programs are .cmd files there
  });
  if (error) console.error(`loadcast: ${command} could not be started: ${error.message}`);
  return status ?? 1;
}

/**
 * Ends this process with one clear line.
 *
 * @param {string} line what failed and what to do
 * @returns {never}
 */
export function fail(line) {
  console.error(`loadcast: ${line}`);
  process.exit(1);
}
