import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stackFolder } from "./folder.mjs";
import { lock } from "./install/lock.mjs";
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
  const release = await lock(join(stackFolder, `${name}.lock`), signal);
  try {
    if (there()) return;
    const log = join(stackFolder, `${name}.log`);
    rmSync(log, { force: true });
    say(`installing ${name} (${takes}); its words go to ${log}`);
    const begun = Date.now();
    await begin({ log, say, ...(signal && { signal }) }).catch((error) => {
      // Whatever a program says when it is ended, the reason is why it was.
      signal?.throwIfAborted();
      throw error;
    });
    if (version() === undefined) throw new Error(`it is not there after its installation; see ${log}`);
    say(`installed ${name} ${version()} in ${Math.round((Date.now() - begun) / 1000)} s`);
  } finally {
    release();
  }
}
