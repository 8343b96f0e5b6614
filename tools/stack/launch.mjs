import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { lastLines } from "./run-command.mjs";

/**
 * @typedef {object} RunningServer
 * @property {string} url
 * @property {() => number} pid changes when it is restarted
 * @property {string} log file with what it says
 * @property {() => Promise<void>} stop asks it to end, and removes its data unless they lie in a `dir` of the caller's
 * @property {(how?: "SIGKILL" | "SIGTERM") => Promise<void>} kill ends it at once, as a power cut would, or asks it to end; `restart`
 *   brings it back with its data
 * @property {() => Promise<void>} restart at the same address, with the same data
 * @property {() => void} pause it answers no more, and its connections stay open
 * @property {() => void} resume
 *
 * @typedef {object} Launch
 * @property {string} name for messages
 * @property {string} command
 * @property {readonly string[]} args
 * @property {NodeJS.ProcessEnv} [env] added to this process's own
 * @property {string} url
 * @property {() => Promise<boolean>} healthy
 * @property {number} [patienceSeconds] until it must be healthy
 * @property {Home} home
 *
 * @typedef {object} Home
 * @property {string} folder where a server keeps its data
 * @property {() => void} leave removes the folder when it was made here
 */

/**
 * The folder of one server: `dir`, or a new one that goes when the server stops.
 *
 * @param {string} name
 * @param {string | undefined} dir
 * @returns {Home}
 */
export function makeHome(name, dir) {
  if (dir !== undefined) {
    mkdirSync(dir, { recursive: true });
    return { folder: dir, leave: () => {} };
  }
  const folder = mkdtempSync(join(tmpdir(), `loadcast-${name}-`));
  return { folder, leave: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A port of this machine that nobody listens on. */
export const freePort = () => tryPort(0);

/**
 * A port that nobody listens on: this one if it is free.
 *
 * @param {number} port
 */
export const preferPort = (port) => tryPort(port).catch(freePort);

/** @param {number} wanted */
async function tryPort(wanted) {
  const server = createServer().listen(wanted, "127.0.0.1");
  await once(server, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Whether an address answers. A server that asks for a password is up as well.
 *
 * @param {string} url
 */
export async function answers(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => null);
  await answer?.arrayBuffer().catch(() => null);
  return answer !== null && (answer.ok || answer.status === 401);
}

/**
 * Starts a server and waits until it is healthy.
 *
 * @param {Launch} launch
 * @returns {Promise<RunningServer>}
 */
export async function launch({ name, command, args, env = {}, url, healthy, patienceSeconds = 60, home }) {
  const log = join(home.folder, `${name}.log`);
  /** @type {{ pid: number, ended: Promise<unknown>, isRunning: () => boolean, hold: () => void }} */
  let running;

  const start = async () => {
    const words = openSync(log, "a");
    // A group of its own: some servers start others, and all end together.
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", words, words],
      detached: true,
    });
    closeSync(words);
    const { pid } = child;
    if (pid === undefined) {
      const [error] = await once(child, "error");
      throw new Error(`${name} could not be started: ${error.message}`);
    }
    child.unref();
    const release = guard(pid);
    const ended = new Promise((resolve) => child.once("exit", resolve)).then(release);
    running = {
      pid,
      ended,
      isRunning: () => child.exitCode === null && child.signalCode === null,
      hold: () => child.ref(),
    };

    const deadline = Date.now() + patienceSeconds * 1000;
    while (running.isRunning() && Date.now() < deadline) {
      if (await healthy()) return;
      await sleep(50);
    }
    const outcome = running.isRunning() ? `did not answer at ${url} in ${patienceSeconds} s` : "ended by itself";
    const message = `${name} ${outcome}; the end of its log:\n${lastLines(log)}`;
    await signal("SIGKILL");
    throw new Error(message);
  };

  /** @param {NodeJS.Signals} kind */
  const signal = async (kind) => {
    // Until now a server that was forgotten did not keep this process from ending.
    running.hold();
    sendTo(running.pid, kind);
    await running.ended;
    // What it had started may outlive it.
    sendTo(running.pid, "SIGKILL");
  };

  const stop = async () => {
    if (running.isRunning()) {
      sendTo(running.pid, "SIGCONT");
      const tooLong = setTimeout(() => sendTo(running.pid, "SIGKILL"), 10_000);
      await signal("SIGTERM");
      clearTimeout(tooLong);
    }
    home.leave();
  };

  try {
    await start();
  } catch (error) {
    home.leave();
    throw error;
  }
  return {
    url,
    log,
    pid: () => running.pid,
    stop,
    kill: async (how = "SIGKILL") => {
      if (running.isRunning()) await signal(how);
    },
    restart: async () => {
      if (running.isRunning()) await signal("SIGTERM");
      await start();
    },
    pause: () => sendTo(running.pid, "SIGSTOP"),
    resume: () => sendTo(running.pid, "SIGCONT"),
  };
}

/**
 * Signals a process group; one that is gone needs none.
 *
 * @param {number} group @param {NodeJS.Signals} kind
 */
function sendTo(group, kind) {
  try {
    process.kill(-group, kind);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ESRCH") throw error;
  }
}

/**
 * Ends a process group when this process ends, however it ends: the pipe to a waiting shell closes even after a SIGKILL.
 *
 * @param {number} group
 * @returns {() => void} lets the group be
 */
function guard(group) {
  const shell = spawn("sh", ["-c", 'read -r word; [ "$word" = done ] || kill -9 "-$1"', "sh", String(group)], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  shell.unref();
  const pipe = /** @type {import("node:net").Socket} */ (shell.stdin);
  pipe.unref();
  pipe.on("error", () => {});
  return () => pipe.end("done\n");
}
