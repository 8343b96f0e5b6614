import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stackFolder } from "../folder.mjs";
import { isRunning } from "../process.mjs";

/** Data, logs and configuration of the chain that `up` starts. */
export const chainFolder = join(stackFolder, "run");
const FILE = join(chainFolder, "up.json");

/**
 * @typedef {object} ChainState
 * @property {number} pid of the `up` that runs
 * @property {Partial<Record<string, string>>} urls of the services; empty while they start
 * @property {Record<string, string>} secrets
 */

/** @returns {ChainState | undefined} undefined when none runs */
export function chainState() {
  try {
    const state = JSON.parse(readFileSync(FILE, "utf8"));
    return isRunning(state.pid) ? state : undefined;
  } catch {
    return undefined;
  }
}

/** @param {Omit<ChainState, "pid">} state */
export function writeState(state) {
  mkdirSync(chainFolder, { recursive: true });
  writeFileSync(FILE, JSON.stringify({ pid: process.pid, ...state }), { mode: 0o600 });
}

export const clearState = () => rmSync(FILE, { force: true });

/**
 * Ends the `up` that runs, and waits for it.
 *
 * @param {ChainState} state
 */
export async function endChain({ pid }) {
  process.kill(pid, "SIGTERM");
  while (isRunning(pid)) await sleep(100);
}
