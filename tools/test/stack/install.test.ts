import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../../run.mjs";
import { lock } from "../../stack/install/lock.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "loadcast-stack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs code or the command itself with a folder of the stack in which nothing is installed. */
function node(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, LOADCAST_STACK: join(folder, "stack"), ...env },
  });
  return { status, stdout, stderr };
}
const stack = (...args: string[]) => node(["tools/stack/cli.mjs", ...args]);
const code = (text: string, env?: Record<string, string>) => node(["--input-type=module", "-e", text], env);

describe("npm run stack", () => {
  it("says what is missing and how it is installed", () => {
    const { status, stdout } = stack("status");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^missing {2}influxdb: version 2\.\d+\.\d+ built with Go and Rust, /m);
    expect(stdout).toMatch(/^missing {2}mlflow: Python packages/m);
  });

  it("refuses what it does not know, with exit code 2", () => {
    for (const [args, says] of [
      [["dance"], '"dance" is not a command'],
      [["install", "oracle"], '"oracle" is not a program of the stack'],
      [["install", "--minutes", "soon"], "--minutes must be above 0, got soon"],
      [["up", "--colour"], "Unknown option '--colour'"],
    ] as const) {
      const { status, stderr } = stack(...args);
      expect(stderr).toContain(says);
      expect(stderr).toContain("install [name…]");
      expect(status).toBe(2);
    }
    expect(stack().status).toBe(2);
    expect(stack("--help")).toMatchObject({ status: 0, stderr: "" });
  });

  it("is not up, and says so", () => {
    expect(stack("down")).toMatchObject({ status: 0, stderr: "stack: it is not up\n" });
    expect(stack("env")).toMatchObject({ status: 1, stdout: "", stderr: "stack: it is not up\n" });
  });

  it("says why something cannot be installed, and leaves nothing half there", () => {
    // No Go on this PATH.
    const { status, stderr } = node(["tools/stack/cli.mjs", "install", "telegraf"], { PATH: "/nowhere" });
    expect(status).toBe(1);
    expect(stderr).toMatch(/^stack: telegraf is not installed: Go is needed: https/m);
    expect(readdirSync(join(folder, "stack")).sort()).toEqual(["drafts"]);
    expect(readdirSync(join(folder, "stack/drafts"))).toEqual([]);
  });

  it("gives up when its time is over", () => {
    // A Go that takes for ever.
    const bin = join(folder, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "go"), "#!/bin/sh\nexec sleep 1000\n", { mode: 0o755 });
    const { status, stderr } = node(["tools/stack/cli.mjs", "install", "telegraf", "--minutes", "0.02"], {
      PATH: `${bin}:${process.env.PATH}`,
    });
    expect(stderr).toContain("telegraf is not installed: not done after 0.02 minutes");
    expect(status).toBe(1);
  });
});

describe("startServer and missing", () => {
  const imports = 'import { missing, startServer } from "./tools/stack/index.mjs";';

  it("say what is not installed and how to install it", () => {
    expect(code(`${imports} console.log(missing("mlflow", "influxdb"))`).stdout).toBe(
      " (skipped, mlflow and influxdb not installed: npm run stack -- install mlflow influxdb)\n",
    );
    expect(code(`${imports} startServer("mlflow")`).stderr).toContain(
      "mlflow is not installed; run: npm run stack -- install mlflow (Python packages",
    );
  });

  it("fail where it is required", () => {
    const required = { LOADCAST_REQUIRE: "redis, mlflow" };
    expect(code(`${imports} missing("mlflow")`, required).stderr).toContain(
      "LOADCAST_REQUIRE names what is mlflow not",
    );
    expect(code(`${imports} missing("influxdb")`, required).status).toBe(0);
  });
});

describe("place", () => {
  const fill = (body: string) =>
    code(`import { place } from "./tools/stack/install/place.mjs";
      import { writeFileSync } from "node:fs";
      await place("thing-1", async (draft) => { writeFileSync(draft + "/a", "new"); ${body} });`);

  it("puts a folder there as a whole, in the place of an older one", () => {
    const home = join(folder, "stack/thing-1");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "old"), "");
    expect(fill("").status).toBe(0);
    expect(readdirSync(home)).toEqual(["a"]);
  });

  it("leaves what is there when it fails", () => {
    const home = join(folder, "stack/thing-1");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, "a"), "old");
    expect(fill('throw new Error("full")').stderr).toContain("full");
    expect(readFileSync(join(home, "a"), "utf8")).toBe("old");
    expect(readdirSync(join(folder, "stack/drafts"))).toEqual([]);
  });
});

describe("lock", () => {
  it("is held by one at a time", async () => {
    const file = join(folder, "a.lock");
    const release = await lock(file);
    let second = false;
    const waiting = lock(file).then((free) => {
      second = true;
      free();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(second).toBe(false);
    release();
    await waiting;
    expect(existsSync(file)).toBe(false);
  });

  it("is taken from a process that is gone", async () => {
    const file = join(folder, "a.lock");
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    writeFileSync(file, String(pid));
    (await lock(file))();
    expect(existsSync(file)).toBe(false);
  });

  it("is waited for no longer than wanted", async () => {
    const file = join(folder, "a.lock");
    const release = await lock(file);
    await expect(lock(file, AbortSignal.timeout(50))).rejects.toThrow(/timeout/i);
    release();
  });
});
