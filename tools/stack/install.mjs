import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackFolder } from "./folder.mjs";
import { programs } from "./programs.mjs";

/**
 * Installs a program unless it is there. Two at a time wait for one another.
 *
 * @param {import("./programs.mjs").ProgramName} name
 * @param {{ say: (line: string) => void, signal?: AbortSignal }} options
 * @returns {Promise<void>} rejects with what went wrong
 */
export async function install(name, { say, signal }) {
  const { version, install: begin, takes } = programs[name];
  const there = () => {
    const installed = version();
    if (installed) say(`${name} ${installed} is installed`);
    return installed !== undefined;
  };
  if (there()) return;
  mkdirSync(stackFolder, { recursive: true });
  const release = await lock(name, signal);
  try {
    if (there()) return;
    const log = join(stackFolder, `${name}.log`);
    rmSync(log, { force: true });
    say(`installing ${name} (${takes}); its words go to ${log}`);
    const begun = Date.now();
    await begin({ log, say, ...(signal && { signal }) });
    if (version() === undefined) throw new Error(`it is not there after its installation; see ${log}`);
    say(`installed ${name} ${version()} in ${Math.round((Date.now() - begun) / 1000)} s`);
  } finally {
    release();
  }
}

/**
 * Holds a server's place in the folder of the stack. A lock whose holder is gone is taken over.
 *
 * @param {string} name
 * @param {AbortSignal} [signal]
 * @returns {Promise<() => void>} releases it
 */
async function lock(name, signal) {
  const file = join(stackFolder, `${name}.lock`);
  for (;;) {
    signal?.throwIfAborted();
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
      if (!isRunning(Number(existsSync(file) && readFileSync(file, "utf8")))) rmSync(file, { force: true });
      else await sleep(500);
    }
  }
}

/**
 * Whether a process of this machine runs.
 *
 * @param {number} pid
 */
export function isRunning(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
