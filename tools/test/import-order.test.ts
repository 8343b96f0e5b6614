import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { importProblems } from "../import-order.mjs";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Problems of a package made of these files, without the path in front. */
function problemsOf(name: string, files: Record<string, string>) {
  const home = mkdtempSync(join(tmpdir(), "imports-"));
  folders.push(home);
  for (const [file, code] of Object.entries(files)) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), code);
  }
  return importProblems(name, home).map((line) => line.replace(/^.*imports-\w+\//, ""));
}

describe("import order", () => {
  it("lets a file import what stands below it or beside it", () => {
    const files = {
      "src/index.ts": 'export { fit } from "./fit.js";',
      "src/fit.ts": 'import { ckms } from "./likelihood/ckms.js";',
      "src/likelihood/ckms.ts": 'import { a } from "./gls.js"; import { b } from "../errors.js";',
    };
    expect(problemsOf("sarima-core", files)).toEqual([]);
  });

  it("reports an import, a re-export and a dynamic import of what stands above", () => {
    const files = {
      "src/spec.ts": 'import { sarima } from "./fit.js";',
      "src/likelihood/ckms.ts": 'export { sarima } from "../fit.js";',
      "src/fit.ts": 'const select = await import("./select/stepwise.js");',
    };
    expect(problemsOf("sarima-core", files).sort()).toEqual([
      'src/fit.ts: "./select/stepwise.js" stands above it',
      'src/likelihood/ckms.ts: "../fit.js" stands above it',
      'src/spec.ts: "./fit.js" stands above it',
    ]);
  });

  it("lets types point upwards", () => {
    const code = 'import type {\n  SarimaModel,\n} from "./fit.js";\nimport { b } from "./errors.js";';
    expect(problemsOf("sarima-core", { "src/spec.ts": code })).toEqual([]);
    const mixed = 'import { type SarimaModel, sarima } from "./fit.js";';
    expect(problemsOf("sarima-core", { "src/spec.ts": mixed })).toHaveLength(1);
  });

  it("keeps the two lower packages apart, in tests too", () => {
    expect(problemsOf("metrics-io", { "test/a.test.ts": 'import { sarima } from "sarima-core";' })).toEqual([
      "test/a.test.ts: metrics-io may not import sarima-core",
    ]);
    expect(problemsOf("sarima-core", { "src/fit.ts": 'import { x } from "@loadcast/metrics-io";' })).toEqual([
      "src/fit.ts: sarima-core may not import @loadcast/metrics-io",
    ]);
    const both = 'import { x } from "@loadcast/metrics-io"; import { y } from "sarima-core";';
    expect(problemsOf("forecast-service", { "src/config.ts": both })).toEqual([]);
  });

  it("reports a path into another package and a file without a place", () => {
    expect(problemsOf("metrics-io", { "src/types.ts": 'import { x } from "../../sarima-core/src/index.js";' })).toEqual(
      ['src/types.ts: "../../sarima-core/src/index.js" leaves the package; import the other by its name'],
    );
    expect(problemsOf("metrics-io", { "src/misc.ts": "" })).toEqual([
      "src/misc.ts: has no place in tools/import-order.mjs; give it one",
    ]);
  });
});
