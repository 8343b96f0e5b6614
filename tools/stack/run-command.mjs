import { execFile, spawn, spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { promisify } from "node:util";

/**
 * Whether a program is on the PATH.
 *
 * @param {string} program
 */
export function onPath(program) {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "ignore" }).status === 0;
}

/**
 * Runs a program to its end, with its words in a log file.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ log: string, cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} options `log` is appended to; `signal`
 *   ends the program and all that it started
 * @returns {Promise<void>} rejects with the last lines of the log unless the exit code is 0
 */
export function runCommand(command, args, { log, cwd, env = process.env, signal }) {
  signal?.throwIfAborted();
  const words = openSync(log, "a");
  const done = new Promise((resolve, reject) => {
    // A group of its own, so that compilers started by `go` end with it.
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", words, words], detached: true });
    const end = () => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    signal?.addEventListener("abort", end, { once: true });
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code) => {
      signal?.removeEventListener("abort", end);
      if (code === 0) return resolve(undefined);
      if (signal?.aborted) return reject(signal.reason);
      reject(new Error(`${[command, ...args.slice(0, 2)].join(" ")} failed; the end of ${log}:\n${lastLines(log)}`));
    });
  });
  return done.then(
    () => closeSync(words),
    (error) => {
      closeSync(words);
      throw error;
    },
  );
}

/**
 * The end of a log, for an error message.
 *
 * @param {string} file
 * @param {number} [count]
 */
export function lastLines(file, count = 12) {
  return readFileSync(file, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}

const execute = promisify(execFile);

/**
 * What a program prints; rejects with what it says when it fails.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, signal?: AbortSignal }} [options]
 */
export async function output(command, args, options = {}) {
  return (await execute(command, [...args], { encoding: "utf8", maxBuffer: 2 ** 28, ...options })).stdout;
}
