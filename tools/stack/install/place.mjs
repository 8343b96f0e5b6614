import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { stackFolder } from "../folder.mjs";

/**
 * @typedef {object} InstallOptions
 * @property {string} log file that takes the words of compilers and package managers
 * @property {AbortSignal} [signal] gives up, and leaves nothing half installed
 */

/**
 * Path of something installed, such as `influxdb-2.9.1/influxd`; undefined when it is not there.
 *
 * @param {string} path relative to the folder of the stack
 */
export function placed(path) {
  const file = join(stackFolder, path);
  return existsSync(file) ? file : undefined;
}

/**
 * Fills a folder of the stack all or nothing: what is there is whole, however often an installation was interrupted.
 *
 * @param {string} name such as `influxdb-2.9.1`
 * @param {(draft: string) => Promise<void>} fill writes into a new folder that takes the name when this succeeds
 */
export async function place(name, fill) {
  const folder = join(stackFolder, name);
  const draft = join(stackFolder, "drafts", `${name}-${process.pid}`);
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  try {
    await fill(draft);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}
