import { readFileSync } from "node:fs";

/**
 * Whether a process of this machine runs.
 *
 * @param {number} pid
 */
export function isRunning(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
  return !isZombie(pid);
}

/** One that has ended stays in the table for as long as its parent does not look, in some containers for ever. @param {number} pid */
function isZombie(pid) {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}
