import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { isRunning } from "../process.mjs";

/**
 * Holds a file that one process can hold at a time. One whose holder is gone is taken over.
 *
 * @param {string} file
 * @param {AbortSignal} [signal]
 * @returns {Promise<() => void>} releases it
 */
export async function lock(file, signal) {
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
