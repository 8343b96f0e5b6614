import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../run.mjs";
import { missing } from "../stack/index.mjs";

const folder = join(root, "docs/guides");
const guides = readdirSync(folder).map((file) => ({ file, text: readFileSync(join(folder, file), "utf8") }));
const blocks = (language: string) =>
  guides.flatMap(({ file, text }) =>
    [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
      .filter(([, name]) => name === language)
      .map(([, , code], i) => ({ file, code, name: `${file}, ${i + 1}` })),
  );

const scratch = mkdtempSync(join(tmpdir(), "loadcast-guides-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** `loadcast config check` of a configuration; files with secrets that it names are there. */
function check(name: string, text: string) {
  const home = join(scratch, name.replaceAll(/\W/g, "-"));
  mkdirSync(home, { recursive: true });
  for (const [, secret] of text.matchAll(/File: (\S+)/g)) {
    const file = join(home, secret);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "0123456789abcdef0123456789abcdef");
  }
  writeFileSync(join(home, "loadcast.yaml"), text);
  const command = [
    join(root, "packages/forecast-service/bin/loadcast.js"),
    "config",
    "check",
    "--config",
    "loadcast.yaml",
  ];
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !key.startsWith("LOADCAST_")));
  const { status, stderr } = spawnSync(process.execPath, command, { cwd: home, encoding: "utf8", env });
  return { status, stderr };
}

describe("the guides", () => {
  it("link only to what exists", () => {
    for (const { file, text } of guides)
      for (const [, target] of text.matchAll(/\]\(([^)#]+)[^)]*\)/g))
        if (!/^https?:/.test(target)) expect(existsSync(join(folder, target)), `${file}: ${target}`).toBe(true);
  });

  it("name files of deploy/ that exist", () => {
    const inDeploy =
      /`(?:deploy\/)?((?:prometheus|telegraf|grafana|loadcast)\/[\w./-]+\.\w+|make-secrets\.sh|\.env\.example)`/g;
    // Files that the reader makes.
    const made = /-hosts\.yml$/;
    let count = 0;
    for (const { file, text } of guides)
      for (const [, target] of text.matchAll(inDeploy)) {
        if (made.test(target)) continue;
        count++;
        expect(existsSync(join(root, "deploy", target)), `${file}: ${target}`).toBe(true);
      }
    expect(count).toBeGreaterThan(5);
  });

  const configurations = blocks("yaml").filter(({ code }) => code.startsWith("# loadcast.yaml"));
  it.each(configurations)("$name is a configuration that Loadcast takes", ({ name, code }) => {
    expect(check(name, code)).toMatchObject({ status: 0 });
  });

  it("has seen configurations", () => expect(configurations.length).toBeGreaterThan(5));

  const without = missing("prometheus");
  it.skipIf(without)(`prometheus.md shows a part of prometheus.yml that Prometheus takes${without}`, () => {
    const part = blocks("yaml").find(({ code }) => code.startsWith("rule_files"))?.code as string;
    const alerting = blocks("yaml").find(({ code }) => code.startsWith("alerting"))?.code as string;
    mkdirSync(join(scratch, "rules"));
    writeFileSync(
      join(scratch, "rules/loadcast.yml"),
      readFileSync(join(root, "deploy/prometheus/rules/loadcast.yml")),
    );
    writeFileSync(join(scratch, "prometheus.yml"), part + alerting);
    const { status, stderr } = spawnSync("promtool", ["check", "config", "prometheus.yml"], {
      cwd: scratch,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});

it("deploy/loadcast/loadcast.yaml is a configuration that Loadcast takes", () => {
  const text = readFileSync(join(root, "deploy/loadcast/loadcast.yaml"), "utf8");
  expect(check("deploy", text.replaceAll("/run/secrets/", "secrets/"))).toMatchObject({ status: 0 });
});
