import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../run.mjs";
import { missing } from "../../stack/index.mjs";

const folder = join(root, "deploy/prometheus");
const promtool = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync("promtool", args, { cwd: folder, encoding: "utf8" });
  return { status, words: `${stdout}${stderr}` };
};

const without = missing("prometheus");
describe.skipIf(without)(`deploy/prometheus${without}`, () => {
  it("is a configuration that Prometheus takes, with rules that lint finds nothing in", () => {
    expect(promtool("check", "config", "--lint=all", "prometheus.yml")).toMatchObject({ status: 0 });
    expect(promtool("check", "rules", "--lint=all", "--lint-fatal", "rules/loadcast.yml")).toMatchObject({ status: 0 });
  });

  it("alerts when it must and not otherwise", () => {
    expect(promtool("test", "rules", "tests/loadcast.test.yml")).toMatchObject({
      status: 0,
      words: expect.stringContaining("SUCCESS"),
    });
  });

  it("has a test for every alert", () => {
    const names = (file: string, key: string) =>
      new Set(
        [...readFileSync(join(folder, file), "utf8").matchAll(new RegExp(`${key}: (\\w+)`, "g"))].map(([, n]) => n),
      );
    expect(names("tests/loadcast.test.yml", "alertname")).toEqual(names("rules/loadcast.yml", "- alert"));
  });
});
