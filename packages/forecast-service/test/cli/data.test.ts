import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectOneLine, root, run, start, suite, until } from "../spawn-loadcast.js";

const START = Date.UTC(2026, 0, 1);
const rows = (count: number, step: number) =>
  Array.from({ length: count }, (_, i) => {
    const value = 50 + 20 * Math.sin(i / 40) + (((i * 7919) % 101) / 101) * 4;
    return `${new Date(START + i * step).toISOString()},web-1,${value.toFixed(3)},${(value / 2).toFixed(3)}`;
  });
const file = (name: string, content: string) => {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
};

suite("loadcast import and export", () => {
  const wide = file(
    "wide.csv",
    `time,host,cpu_percent,memory_percent\n${rows(600, 15_000).join("\n")}\nsoon,web-1,1,2\n`,
  );
  const data = join(root, "moved");

  it("carry names and numbers of any kind there and back, to the last bit", { timeout: 90_000 }, async () => {
    const values = [0.1 + 0.2, -0, 5e-324, Number.MAX_VALUE, -1e-7, 1e21, 2 ** 53 + 2, 1 / 3];
    const hosts = ["#1", "=1+1", " blank ", 'a,"b"', "NA", "2026-01-01", "{job='x'}", "ä/ö"];
    const lines = hosts.flatMap((host) =>
      values.map((value, i) => {
        const text = Object.is(value, -0) ? "-0" : String(value);
        return `2026-01-01T00:00:00.00${i}Z,"${host.replaceAll('"', '""')}",m,${text}`;
      }),
    );
    const odd = file("odd.csv", `time,host,metric,value\n${lines.join("\n")}\n`);
    const [first, second, third] = ["odd-1", "odd-2", "odd-3"].map((name) => join(root, name));
    expect((await run(["import", odd, "--data", first])).code).toBe(0);
    const csv = await run(["export", "--data", first]);
    const row = (host: string, value: string) => `${host},m,2026-01-01T00:00:00.00${value}`;
    expect(csv.out).toContain(row('"#1"', "0Z,0.30000000000000004"));
    expect(csv.out).toContain(row('" blank "', "1Z,-0\n"));
    expect(csv.out.trimEnd().split("\n")).toHaveLength(1 + hosts.length * values.length);
    await run(["import", "-", "--data", second], { input: csv.out });
    expect((await run(["export", "--data", second])).out).toBe(csv.out);
    const parquet = join(root, "odd.parquet");
    await run(["export", "--data", second, "--out", parquet]);
    await run(["import", parquet, "--data", third]);
    expect((await run(["export", "--data", third])).out).toBe(csv.out);
  });

  it.each(["export", "preprocess", "models list", "models show web-1/cpu_percent"])(
    "say that there is no store rather than make one: %s",
    async (command) => {
      const nowhere = join(root, "nowhere");
      const ended = await run([...command.split(" "), "--data", nowhere]);
      expect(ended.code).toBe(2);
      expectOneLine(ended, `there is no store in ${nowhere}`);
      expect(existsSync(nowhere)).toBe(false);
    },
  );

  it.skipIf(!existsSync("/dev/full"))("say in one line that the disk is full", async () => {
    const ended = await run(["config", "reference"], { to: "/dev/full" });
    expect(ended.code).toBe(1);
    expectOneLine(ended, "the output cannot be written: ENOSPC");
  });

  it("keep an older export when a new one fails", async () => {
    const kept = file("kept.csv", "the last good one\n");
    const { code } = await run(["export", "--data", data, "--series", "nobody/*", "--out", kept]);
    expect(code).toBe(2);
    expect(readFileSync(kept, "utf8")).toBe("the last good one\n");
  });

  it("take a file in, give it back, and take that in again unchanged", { timeout: 90_000 }, async () => {
    const dry = await run(["import", wide, "--dry-run", "--json", "--data", data]);
    expect(JSON.parse(dry.out)).toMatchObject({
      dryRun: true,
      rows: 601,
      taken: 1200,
      replaced: null,
      bad: [{ line: 602 }],
    });
    const taken = await run(["import", wide, "--data", data]);
    expect(taken.code).toBe(0);
    expect(taken.out).toMatch(/web-1\/cpu_percent +600 +2026-01-01T00:00:00.000Z/);
    expect(taken.err).toContain('warning: line 602 is left out: "soon" is not a time');
    expect(taken.err).toContain("1200 samples of 2 series taken from 601 rows; 1 could not be read");

    const csv = await run(["export", "--data", data]);
    expect(csv.out.split("\n").slice(0, 2)).toEqual([
      "host,metric,time,value",
      "web-1,cpu_percent,2026-01-01T00:00:00.000Z,50",
    ]);
    expect(csv.out.trimEnd().split("\n")).toHaveLength(1201);
    const again = await run(["import", "-", "--data", data, "--json"], { input: csv.out });
    expect(JSON.parse(again.out)).toMatchObject({ taken: 1200, replaced: 1200, bad: [] });

    const parquet = join(root, "out.parquet");
    expect((await run(["export", "--data", data, "--out", parquet])).err).toContain("1200 rows written to");
    const other = join(root, "moved-again");
    expect((await run(["import", parquet, "--data", other])).code).toBe(0);
    expect((await run(["export", "--data", other])).out).toBe(csv.out);

    const part = await run([
      "export",
      "--data",
      data,
      "--series",
      "*/cpu_*",
      "--from",
      "2026-01-01T01:00",
      "--to",
      "2026-01-01T01:00:30",
      "--json",
    ]);
    expect(
      part.out
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).time),
    ).toEqual(["2026-01-01T01:00:00.000Z", "2026-01-01T01:00:15.000Z"]);
  });

  it("takes a long file piece by piece, and says what it took before it met what cannot be read", {
    timeout: 90_000,
  }, async () => {
    const count = 130_000;
    const long = Array.from({ length: count }, (_, i) => `${START / 1000 + 15 * i},${i % 90}`).join("\n");
    const path = file("long.csv", `time,load\n${long}\n`);
    const into = join(root, "long");
    const args = ["import", path, "--host", "a", "--data", into, "--json"];
    const taken = JSON.parse((await run(args)).out);
    expect(taken).toMatchObject({ rows: count, taken: count, replaced: 0, duplicates: 0, badCount: 0 });
    const to = new Date(START + (count - 1) * 15_000).toISOString();
    expect(taken.series).toEqual([{ id: "a/load", count, from: "2026-01-01T00:00:00.000Z", to }]);
    expect(JSON.parse((await run(args)).out)).toMatchObject({ taken: count, replaced: count });

    const broken = file("broken.csv", `time,load\n${long}\n"1767225600,1\n`);
    const fresh = join(root, "fresh");
    const ended = await run(["import", broken, "--host", "a", "--data", fresh]);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain("line 130002: a quote is opened and never closed; 100000 samples before it were taken");
    // A file without a single good line makes no folder.
    const nowhere = join(root, "nowhere");
    expect((await run(["import", file("single.csv", "x\n"), "--host", "a", "--data", nowhere])).code).toBe(2);
    expect(existsSync(nowhere)).toBe(false);
  });

  it.each<[string, string[], number, string | RegExp]>([
    [
      "no host",
      ["import", file("hostless.csv", "time,cpu_percent\n2026-01-01,1\n")],
      2,
      "give the host of all rows with --host",
    ],
    [
      "no metric",
      ["import", file("nameless.csv", "time,value\n2026-01-01,1\n"), "--host", "a"],
      2,
      "give it with --metric",
    ],
    [
      "nothing to take",
      ["import", file("bad.csv", "time,cpu\nsoon,1\n"), "--host", "a", "--dry-run", "--json"],
      2,
      "holds no sample",
    ],
    ["no file", ["import", "none.csv", "--host", "a"], 1, "there is no such file"],
    ["no Parquet file", ["import", "none.parquet"], 1, "there is no file none.parquet"],
    ["a service", ["import", wide, "--url", "http://127.0.0.1:1"], 2, "there is no flag --url"],
    ["an unknown thing", ["export", "models"], 2, 'export writes samples or forecasts, not "models"'],
    ["Parquet to nowhere", ["export", "--format", "parquet"], 2, "add --out FILE"],
    ["an unknown series", ["export", "--data", data, "--series", "mail*"], 2, 'there is no series "mail*"'],
    [
      "a file that cannot be written",
      ["export", "--data", data, "--out", "no/where.csv"],
      1,
      "no/where.csv cannot be written",
    ],
    ["a range without end", ["export", "--url", "http://127.0.0.1:1"], 2, "add --from"],
    ["nobody there", ["export", "--url", "http://127.0.0.1:1", "--from", "1d"], 1, "no service answers at"],
  ])("end with one line at %s", async (_, args, code, words) => {
    const ended = await run(args);
    expect(ended.code).toBe(code);
    expect(ended.err.trimEnd().split("\n").at(-1)).toMatch(/^loadcast: /);
    expect(ended.err).toMatch(words);
  });
});

suite("loadcast preprocess and backtest", () => {
  it("show the grid, its gaps and seasons", async () => {
    const now = Math.floor(Date.now() / 300_000) * 300_000;
    const lines = Array.from(
      { length: 100 },
      (_, i) => `${new Date(now - (100 - i) * 300_000).toISOString()},a,${i % 7}`,
    );
    lines.splice(50, 3);
    const csv = file("grid.csv", `time,host,cpu_percent\n${lines.join("\n")}\n`);
    const data = join(root, "grid");
    await run(["import", csv, "--data", data]);
    const table = await run(["preprocess", "--data", data]);
    expect(table.out).toMatch(/series .*gaps +silent +seasons\na\/cpu_percent .* 100 +3 +\d +1 h\n/);
    const grid = JSON.parse((await run(["preprocess", "a/cpu_percent", "--data", data, "--json"])).out);
    expect(grid).toMatchObject([{ id: "a/cpu_percent", stepSeconds: 300, gaps: 3, periods: [12] }]);
    expect(grid[0].values.slice(49, 54)).toEqual([0, null, null, null, 4]);
    const missing = await run(["preprocess", "b/cpu_percent", "--data", data]);
    expect(missing.code).toBe(2);
    expectOneLine(missing, 'there is no series "b/cpu_percent"; known: a/cpu_percent');
  });

  it("hold forecasts of a file against what came, beside baselines", async () => {
    const csv = file(
      "season.csv",
      `time,value\n${Array.from({ length: 240 }, (_, t) => `${new Date(START + t * 3_600_000).toISOString()},${(50 + 20 * Math.sin((t * Math.PI) / 12) + ((t * 7919) % 13)).toFixed(2)}`).join("\n")}\n`,
    );
    const { code, out, err } = await run([
      "backtest",
      csv,
      "--horizon",
      "12",
      "--origins",
      "3",
      "--model",
      "sarima",
      "--json",
    ]);
    expect([code, err]).toEqual([0, expect.stringContaining("240 values at 1 h, 12 steps ahead")]);
    const result = JSON.parse(out);
    expect(result).toMatchObject({ origins: 3, to: new Date(START + 239 * 3_600_000).toISOString() });
    const loss = Object.fromEntries(
      result.scores.map((score: { name: string; pinball: number }) => [score.name, score.pinball]),
    );
    // A clean season: a model that knows of it beats the last value by far.
    expect(loss.candidate).toBeLessThan(loss.naive / 2);
    const short = await run(["backtest", csv, "--horizon", "500"]);
    expect(short.code).toBe(1);
    expectOneLine(short, "240 values are too few for a backtest 500 steps ahead");
    const wrong = await run(["backtest", "a/cpu_percent", "--origins", "3"]);
    expectOneLine(wrong, "--origins is for files");
  });
});

suite("loadcast forecast --svg", () => {
  it("draws a picture that stands by itself", async () => {
    const csv = file(
      "drawn <&>.csv",
      `time,value\n${Array.from({ length: 60 }, (_, t) => `${new Date(START + t * 3_600_000).toISOString()},${t % 7}`).join("\n")}\n`,
    );
    const svg = join(root, "drawn.svg");
    const { code, out } = await run(["forecast", csv, "--svg", svg, "--json", "--horizon", "6", "--order", "1,0,0"]);
    expect(code).toBe(0);
    expect(JSON.parse(out).forecast).toHaveLength(6);
    const picture = readFileSync(svg, "utf8");
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(picture).toContain("drawn &lt;&amp;&gt;.csv</title>");
    expect(picture).toMatch(
      /<desc>\d+ values, and the median of a forecast for 6 steps with 80 % and 95 % intervals\.<\/desc>/,
    );
    expect(picture).not.toContain("<script");
    expect(picture.match(/<polygon class="band"/g)).toHaveLength(2);
    const nowhere = await run(["forecast", csv, "--svg", "no/where.svg", "--order", "1,0,0"]);
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toContain("loadcast: no/where.svg cannot be written");
  });
});

suite("a folder that a service has open", () => {
  it("is refused with a clear line, and asked through the service", { timeout: 90_000 }, async () => {
    const env = {
      LOADCAST_DATA: join(root, "served"),
      LOADCAST_TRAINING_HISTORY: "8h",
      LOADCAST_TRAINING_MODEL: "sarima",
    };
    const service = start(["serve", "--port", "0"], { env });
    const url = await service.ready();
    for (const command of [["export"], ["predict"], ["models", "list"], ["preprocess"]]) {
      const refused = await run(command, { env });
      expect(refused.code, command[0]).toBe(1);
      expectOneLine(refused, /is in use by another process \(PID \d+\): ask it with --url/);
    }
    const seen = await run(["export", "--url", url, "--from", "1h", "--series", "demo/*"]);
    expect(seen.code).toBe(0);
    expect(seen.out.trimEnd().split("\n").length).toBeGreaterThan(20);
    expect(seen.out).toMatch(/^host,metric,time,value\ndemo,cpu_percent,/);
    // The first models are made on the way.
    const first = await until(async () => {
      const { code, out } = await run(["predict", "demo/cpu_percent", "--json"], { env: { LOADCAST_URL: url } });
      return code === 0 ? JSON.parse(out) : null;
    });
    expect(first).toMatchObject([{ id: "demo/cpu_percent", modelVersion: "demo/cpu_percent@1" }]);
    const models = JSON.parse((await run(["models", "list", "--url", url, "--json"])).out);
    expect(models[0]).toMatchObject({ name: "demo/cpu_percent", champion: 1 });
    const promoted = await run(["models", "promote", "demo/cpu_percent", "1", "--alias", "trusted", "--url", url]);
    expect(promoted.out).toBe("trusted of demo/cpu_percent is version 1\n");
    const shown = await run(["models", "show", "demo/cpu_percent", "trusted", "--url", url]);
    expect(shown.out).toMatch(/^version +demo\/cpu_percent@1 \(.*trusted.*\)\nmodel +sarima: /);
    const unknown = await run(["models", "promote", "demo/cpu_percent", "99", "--url", url]);
    expect(unknown.code).toBe(2);
    expectOneLine(unknown, "99");
    const replayed = await run(["backtest", "demo/cpu_percent", "--url", url, "--json"]);
    expect([replayed.code, replayed.err]).toEqual([0, ""]);
    expect(JSON.parse(replayed.out).scores.map(({ name }: { name: string }) => name)).toContain("naive");
    service.child.kill("SIGTERM");
    expect((await service.ended).code).toBe(0);

    // The same from the folder, now that it is free.
    const versions = JSON.parse((await run(["models", "versions", "demo/cpu_percent", "--json"], { env })).out);
    expect(versions.at(-1).aliases).toContain("trusted");
    const nowhere = await run(["models", "push"], { env });
    expect(nowhere.code).toBe(2);
    expectOneLine(nowhere, "there is no MLflow to push to");
  });
});
