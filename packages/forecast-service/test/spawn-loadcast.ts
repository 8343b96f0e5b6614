import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect } from "vitest";

const command = fileURLToPath(new URL("../bin/loadcast.js", import.meta.url));
const built = existsSync(fileURLToPath(new URL("../dist/cli/main.js", import.meta.url)));

/** Tests of the built command; each says so when there is none. */
export const suite = (name: string, tests: () => void): void => {
  if (built) describe(name, tests);
  else describe.skip(`${name} (skipped: dist/cli/main.js is not built)`, tests);
};

/** A folder of this test file's own. */
export const root = mkdtempSync(join(tmpdir(), "loadcast-cli-"));
const children = new Set<ReturnType<typeof spawn>>();
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(root, { recursive: true, force: true });
});

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  out: string;
  err: string;
}

/** Starts the command as a user would, without any LOADCAST_ setting of the one who runs the tests. */
export function start(
  args: string[],
  options: {
    env?: Record<string, string>;
    input?: string;
    cwd?: string /** A file for its output. */;
    to?: string;
  } = {},
) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LOADCAST_")));
  const child = spawn(process.execPath, [command, ...args], {
    cwd: options.cwd ?? root,
    env: { ...env, NO_COLOR: "1", ...options.env },
    stdio: ["pipe", options.to === undefined ? "pipe" : openSync(options.to, "w"), "pipe"],
  });
  children.add(child);
  let out = "";
  let err = "";
  child.stdout?.on("data", (data) => {
    out += data;
  });
  child.stderr?.on("data", (data) => {
    err += data;
  });
  child.stdin?.end(options.input ?? "");
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => {
      children.delete(child);
      resolve({ code, signal, out, err });
    });
  });
  /** The address of `serve` once it is ready. */
  const ready = () =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const address = /ready at (http:\S+)/.exec(out)?.[1];
        if (address) resolve(address);
      };
      child.stdout?.on("data", look);
      void ended.then(({ err }) => reject(new Error(`it ended: ${err}`)));
      look();
    });
  /** What it has said so far for people. */
  const errors = () => err;
  return { child, ended, ready, errors };
}

/** Runs the command to its end. */
export const run = (args: string[], options?: Parameters<typeof start>[1]) => start(args, options).ended;

/** One line, no stack trace. */
export function expectOneLine({ err }: Ended, words: string | RegExp): void {
  expect(err.trimEnd().split("\n")).toHaveLength(1);
  expect(err).toMatch(/^loadcast: /);
  expect(err).toMatch(words);
}

/** Asks again and again until there is an answer. */
export async function until<T>(ask: () => Promise<T | null | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const answer = await ask();
    if (answer !== null && answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("it did not come to be within 30 seconds");
}

// biome-ignore lint/suspicious/noExplicitAny: what comes over the wire is what is tested
export const json = async (url: string): Promise<any> => (await fetch(url)).json();
