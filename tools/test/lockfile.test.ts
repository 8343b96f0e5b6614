import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../run.mjs";

/** Names of the optional dependencies of each package, in the lockfile and by its own manifest. */
function optionalDependencies(): { name: string; locked: string[]; own: string[] }[] {
  const snapshots = readFileSync(join(root, "pnpm-lock.yaml"), "utf8").split("\nsnapshots:\n")[1];
  return snapshots.split("\n\n").flatMap((snapshot) => {
    const [, name, version] = /^ {2}'?(@?[^@]+)@([^:'(]+)/m.exec(snapshot) ?? [];
    if (!name) return [];
    const folder = `${name.replace("/", "+")}@${version}`;
    const manifest = join(root, "node_modules/.pnpm", folder, "node_modules", name, "package.json");
    if (!existsSync(manifest)) return [];
    const { optionalDependencies = {} } = JSON.parse(readFileSync(manifest, "utf8"));
    const listed = snapshot.split("    optionalDependencies:\n")[1]?.split(/\n {4}\S/)[0] ?? "";
    const locked = [...listed.matchAll(/^ {6}'?([^':]+)'?:/gm)].map(([, dependency]) => dependency);
    return [{ name, locked, own: Object.keys(optionalDependencies) }];
  });
}

it("pnpm-lock.yaml has what every platform needs: no native part is installed that is missing there", () => {
  const found = optionalDependencies();
  expect(found.find(({ name }) => name === "@duckdb/node-bindings")?.own).toContain(
    "@duckdb/node-bindings-linux-arm64",
  );
  for (const { name, locked, own } of found) expect(locked, name).toEqual(expect.arrayContaining(own));
});
