import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { root } from "../run.mjs";

const reporter = join(root, "tools/count-reporter.mjs");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs Vitest with the reporter over the given test files and gives its exit code and last line. */
function runTests(files: Record<string, string>) {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(root, ".cache/reporter-"));
  folders.push(folder);
  const config = `export default { test: { reporters: ["default", ${JSON.stringify(reporter)}] } };`;
  for (const [name, code] of Object.entries({ ...files, "vitest.config.mjs": config }))
    writeFileSync(join(folder, name), code);
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run"], { cwd: folder, encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  const lines = stdout.trimEnd().split("\n");
  const starting = (word: string) => lines.filter((line) => line.startsWith(`${word}: `));
  return {
    status,
    lastLine: lines.at(-1),
    skipped: starting("skipped"),
    failed: starting("failed"),
    secondTry: starting("second try"),
  };
}

const passing = `import { test } from "vitest"; test("a", () => {}); test("b", () => {});`;

describe("the last line of a test run", () => {
  it("counts passed tests", () => {
    expect(runTests({ "a.test.js": passing })).toMatchObject({ status: 0, lastLine: "2 passed, 0 failed" });
  });

  it("counts failed, skipped and planned tests", () => {
    const mixed = `import { test } from "vitest";
      test("fails", () => { throw new Error("no"); }); test.skip("skipped", () => {}); test.todo("planned");`;
    expect(runTests({ "a.test.js": passing, "b.test.js": mixed })).toMatchObject({
      status: 1,
      lastLine: "2 passed, 1 failed, 2 skipped",
    });
  });

  it("comes after the names of what was skipped, and why", () => {
    const code = `import { describe, test } from "vitest";
      describe.skip("server (none here)", () => { test("a", () => {}); test("b", () => {}); });
      describe("browser", () => { test("runs", () => {}); test("c", (context) => context.skip("no Chromium")); });`;
    expect(runTests({ "a.test.js": code })).toMatchObject({
      status: 0,
      lastLine: "1 passed, 0 failed, 3 skipped",
      skipped: ["skipped: server (none here)", "skipped: browser > c: no Chromium"],
    });
  });

  it("comes after the names of what failed, and of what passed at its second try", () => {
    const code = `import { describe, test } from "vitest";
      let tries = 0;
      describe("suite", () => {
        test("never", () => { throw new Error("always\\nso"); });
        test("later", { retry: 1 }, () => { if (tries++ === 0) throw new Error("not yet"); });
      });`;
    expect(runTests({ "a.test.js": code })).toMatchObject({
      status: 1,
      lastLine: "1 passed, 1 failed",
      failed: ["failed: a.test.js > suite > never: always"],
      secondTry: ["second try: a.test.js > suite > later: not yet"],
    });
  });

  it("counts a file that does not load, a suite that does not set up and an error outside any test as failed", () => {
    const broken = `import "./absent.js";`;
    const badSuite = `import { beforeAll, describe, test } from "vitest";
      describe("suite", () => { beforeAll(() => { throw new Error("no"); }); test("never runs", () => {}); });`;
    const stray = `import { test } from "vitest";
      test("passes", async () => { Promise.reject(new Error("stray")); await new Promise((done) => setTimeout(done, 50)); });`;
    expect(runTests({ "a.test.js": broken }).lastLine).toBe("0 passed, 1 failed");
    expect(runTests({ "a.test.js": badSuite }).lastLine).toBe("0 passed, 1 failed, 1 skipped");
    expect(runTests({ "a.test.js": stray })).toMatchObject({ status: 1, lastLine: "1 passed, 1 failed" });
  });
});
