import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, run } from "../../run.mjs";

const compose = readFileSync(join(root, "deploy/compose.yaml"), "utf8");

describe("deploy/compose.yaml", () => {
  it("passes dclint", () => {
    expect(run("dclint", ["-c", "deploy/.dclintrc.yaml", "deploy/compose.yaml"], { output: "on failure" })).toBe(0);
  });

  it("has no variable that .env.example does not explain, and the other way round", () => {
    const used = new Set([...compose.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name));
    const example = readFileSync(join(root, "deploy/.env.example"), "utf8");
    const explained = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
    // Compose itself reads this one.
    expect([...used, "COMPOSE_PROFILES"].sort()).toEqual(explained.sort());
    // What the example says is the default is the default.
    for (const [, name, value] of example.matchAll(/^([A-Z_]+)=(.+)$/gm))
      expect(compose).toContain(`\${${name}:-${value}}`);
  });

  it("starts a worker as the fleet guide says: worth one core, and taking no other's", () => {
    const guide = readFileSync(join(root, "docs/guides/fleet.md"), "utf8");
    const flags = /^node (--\S+) \S+loadcast\.js worker (--threads 1) /m.exec(guide)?.slice(1);
    expect(flags).toEqual(["--single-threaded", "--threads 1"]);
    const worker = /^ {2}worker:\n(?: {4}.*\n)+/m.exec(compose)?.[0] ?? "";
    const words = [...worker.matchAll(/^ {4}(?:entrypoint|command): (\[.*\])$/gm)].flatMap(([, list]) =>
      JSON.parse(list),
    );
    expect(words).toEqual(["node", "--single-threaded", "/app/bin/loadcast.js", "worker", "--threads", "1"]);
    // Where the image has it.
    expect(readFileSync(join(root, "deploy/Dockerfile"), "utf8")).toContain('"/app/bin/loadcast.js"]');
  });

  it("has no secret that make-secrets.sh does not make", () => {
    const files = [...compose.matchAll(/file: \.\/secrets\/(\S+)/g)].map(([, name]) => name);
    const made = /^for name in (.*); do$/m.exec(readFileSync(join(root, "deploy/make-secrets.sh"), "utf8"))?.[1];
    expect(files.sort()).toEqual(made?.split(" ").sort());
  });
});
