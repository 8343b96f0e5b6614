import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { expectOneLine, root, run, start, suite, until } from "../spawn-loadcast.js";

const ROWS = 400_000;
const START = Date.UTC(2026, 0, 1);

suite("Ctrl-C in the middle of", () => {
  const long = join(root, "long.csv");
  const data = join(root, "long");
  beforeAll(async () => {
    const lines = Array.from({ length: ROWS }, (_, i) => `${START + i * 15_000},web-1,${(i * 7919) % 101}\n`);
    writeFileSync(long, `time,host,cpu_percent\n${lines.join("")}`);
    expect((await run(["import", long, "--data", data])).code).toBe(0);
  }, 60_000);

  it("an import keeps what it says it has taken", { timeout: 60_000 }, async () => {
    const half = join(root, "half");
    const importing = start(["import", long, "--data", half]);
    // The first samples, a megabyte, are in.
    const written = () => statSync(join(half, "loadcast.duckdb.wal"), { throwIfNoEntry: false })?.size ?? 0;
    await until(async () => (written() > 200_000 ? true : null));
    importing.child.kill("SIGINT");
    const ended = await importing.ended;
    expect(ended).toMatchObject({ code: 1, signal: null, out: "" });
    expectOneLine(ended, "stopped before it was done");
    const said = Number(/; (\d+) samples before it were taken/.exec(ended.err)?.[1] ?? 0);
    expect(said).toBeLessThan(ROWS);
    const { out } = await run(["export", "--data", half]);
    expect(out.split("\n").length).toBe(said === 0 ? 1 : said + 2);
  });

  it.each(["csv", "parquet"])(
    "an export leaves no %s file, neither half nor whole",
    { timeout: 60_000 },
    async (kind) => {
      const folder = join(root, `out-${kind}`);
      mkdirSync(folder);
      const exporting = start(["export", "--data", data, "--out", join(folder, `samples.${kind}`)]);
      await until(async () => (readdirSync(folder).length > 0 ? true : null));
      exporting.child.kill("SIGINT");
      const ended = await exporting.ended;
      expect(ended).toMatchObject({ code: 1, signal: null, out: "" });
      expectOneLine(ended, "stopped before it was done");
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});
