/** What the packages hold as they are published. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));

/** Paths inside a package that `npm publish` would send. */
function published(folder: string): string[] {
  const json = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
  });
  return (JSON.parse(json) as { files: { path: string }[] }[])[0].files.map(({ path }) => path);
}

/** What a compiled file refers to beside itself: its source map, and what that was made of. */
function references(folder: string, path: string): string[] {
  const map = /\/\/# sourceMappingURL=(\S+)\s*$/.exec(readFileSync(join(folder, path), "utf8"))?.[1];
  if (map === undefined || map.startsWith("data:")) return [];
  const at = join(dirname(path), map);
  if (!existsSync(join(folder, at))) return [at];
  const { sources, sourcesContent } = JSON.parse(readFileSync(join(folder, at), "utf8")) as {
    sources: string[];
    sourcesContent?: string[];
  };
  return [at, ...(sourcesContent ? [] : sources.map((source) => join(dirname(at), source)))];
}

describe.each(readdirSync(packages))("%s as published", (name) => {
  const folder = join(packages, name);
  const files = published(folder);

  it("holds what it promises, its licence and its readme", () => {
    const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { exports: object };
    const promised = [...JSON.stringify(exports).matchAll(/"\.\/([^"*]+\.[^"*]+)"/g)].map(([, path]) => path);
    expect(promised).toContain("dist/index.js");
    expect(files).toEqual(
      expect.arrayContaining(["LICENSE", "README.md", ...promised.filter((path) => path !== "package.json")]),
    );
  });

  it("refers to no file that it does not hold", () => {
    const compiled = files.filter((path) => /\.(js|cjs|d\.ts)$/.test(path) && !path.startsWith("dist/dashboard/"));
    expect(compiled.length).toBeGreaterThan(50);
    const missing = compiled.flatMap((path) => references(folder, path)).filter((path) => !files.includes(path));
    expect(missing).toEqual([]);
  });
});
