import { spawnSync } from "node:child_process";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Runs a program and waits for it.
 *
 * @param {string} command a name on the PATH or in node_modules/.bin of `cwd` or of the root
 * @param {readonly string[]} args
 * @param {{ cwd?: string, output?: "terminal" | "stderr" | "on failure" | "nowhere" }} [options] `cwd` is relative to the root,
 *   where it runs by default; `output` says where its words go: "stderr" leaves stdout to what the user asked for
 * @returns {number} the exit code; 1 when it was ended by a signal or could not be started
 */
export function run(command, args, { cwd = ".", output = "terminal" } = {}) {
  const bins = [join(root, cwd, "node_modules/.bin"), join(root, "node_modules/.bin")];
  const kept = output === "on failure" || output === "nowhere";
  const result = spawnSync(command, args, {
    cwd: join(root, cwd),
    stdio: kept ? ["ignore", "pipe", "pipe"] : ["ignore", output === "stderr" ? 2 : 1, 2],
    env: { ...process.env, PATH: [...bins, process.env.PATH].join(delimiter) },
    shell: process.platform === "win32", // the programs are .cmd files there
    maxBuffer: 2 ** 28,
  });
  if (output === "nowhere") return result.status ?? 1;
  if (result.error) console.error(`loadcast: ${command} could not be started: ${result.error.message}`);
  if (kept && result.status !== 0) process.stderr.write(`${result.stdout ?? ""}${result.stderr ?? ""}`);
  return result.status ?? 1;
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
