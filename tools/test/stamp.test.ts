import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, expect, it } from "vitest";
import { root } from "../run.mjs";
import { whenChanged } from "../stamp.mjs";

mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/stamp-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("works again only after an input changed, came, went or was renamed, or the product is gone", () => {
  const path = (name: string) => relative(root, join(folder, name));
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  let times = 0;
  const worked = () => {
    const before = times;
    whenChanged(path("product/stamp"), [path("sources"), path("lock"), path("absent")], () => times++);
    return times > before;
  };
  write("sources/deep/a.ts", "1");
  write("lock", "1");
  expect([worked(), worked()]).toEqual([true, false]);
  write("sources/deep/a.ts", "2");
  expect([worked(), worked()]).toEqual([true, false]);
  write("sources/b.ts", "");
  expect([worked(), worked()]).toEqual([true, false]);
  renameSync(join(folder, "sources/b.ts"), join(folder, "sources/c.ts"));
  expect([worked(), worked()]).toEqual([true, false]);
  rmSync(join(folder, "sources/c.ts"));
  expect([worked(), worked()]).toEqual([true, false]);
  write("lock", "2");
  expect([worked(), worked()]).toEqual([true, false]);
  write("sources/node_modules/x.js", "");
  expect(worked()).toBe(false);
  rmSync(join(folder, "product"), { recursive: true });
  expect([worked(), worked()]).toEqual([true, false]);
});

it("does not count work that threw", () => {
  const stamp = relative(root, join(folder, "other/stamp"));
  const attempt = (work: () => void) => whenChanged(stamp, [], work);
  expect(() =>
    attempt(() => {
      throw new Error("no network");
    }),
  ).toThrow("no network");
  let again = false;
  attempt(() => {
    again = true;
  });
  expect(again).toBe(true);
});
