import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { expect, it } from "vitest";
import { expectOneLine, root, run, suite } from "./spawn-loadcast.js";

const shared = fileURLToPath(new URL("../../../../shared/data/series", import.meta.url));

function csvFile(name: string, rows: string[]): string {
  const file = join(root, name);
  writeFileSync(file, `timestamp,value\n${rows.join("\n")}\n`);
  return file;
}

const hourly = Array.from({ length: 72 }, (_, t) => {
  const value = 50 + 20 * Math.sin((2 * Math.PI * t) / 24) + (((t * 7919) % 101) / 101) * 4;
  return `${new Date(Date.UTC(2026, 0, 1, t)).toISOString()},${t === 30 ? "" : value.toFixed(3)}`;
});

suite("loadcast forecast", () => {
  const file = csvFile("hourly.csv", hourly);

  it("prints a table, and nothing else, to standard output", async () => {
    const { code, out, err } = await run(["forecast", file]);
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^time \(UTC\) +forecast +80 % from +to +95 % from +to$/);
    expect(lines).toHaveLength(49);
    expect(lines[1]).toMatch(/^2026-01-04 00:00 /);
    expect(err).toMatch(/72 values at 1 h \(1 missing\), no season \(24 left out\); model \(.*, AICc/);
  });

  it("names a season only where the model has one", async () => {
    const noise = csvFile(
      "noise.csv",
      Array.from(
        { length: 72 },
        (_, t) => `${new Date(Date.UTC(2026, 0, 1, t)).toISOString()},${50 + Math.sin(t * t)}`,
      ),
    );
    expect((await run(["forecast", noise])).err).toMatch(/no season \(24 left out\); model \(\d,\d,\d\), AICc/);
    expect((await run(["forecast", noise, "--order", "1,0,0"])).err).toMatch(/, no season; model \(1,0,0\), AICc/);
  });

  it("prints CSV and JSON that programs can read", async () => {
    const csv = await run(["forecast", file, "--format", "csv", "--horizon", "3", "--levels", "50,90"]);
    expect(csv.out.split("\n")[0]).toBe("time,mean,median,lower50,upper50,lower90,upper90");
    expect(csv.out.trimEnd().split("\n")).toHaveLength(4);
    const { out } = await run([
      "forecast",
      file,
      "--format",
      "json",
      "--horizon",
      "2",
      "--order",
      "1,0,0",
      "--seasonal",
      "0,1,0",
    ]);
    const { model, forecast } = JSON.parse(out);
    expect(model).toMatchObject({ order: [1, 0, 0], seasonal: [0, 1, 0, 24] });
    expect(forecast.map(({ time }: { time: string }) => time)).toEqual([
      "2026-01-04T00:00:00.000Z",
      "2026-01-04T01:00:00.000Z",
    ]);
  });

  it("reads standard input, and draws beside CSV without disturbing it", async () => {
    const input = readFileSync(file, "utf8");
    const { code, out, err } = await run(["forecast", "-", "--format", "csv", "--plot", "--upper", "100"], { input });
    expect(code).toBe(0);
    expect(out).toMatch(/^time,mean/);
    expect(out).not.toContain("┊");
    expect(err).toContain("┊");
    expect(err).toContain("standard input");
    const drawn = await run(["forecast", file, "--plot"]);
    expect(drawn.out).toContain("┊");
  });

  it("takes the columns that are named", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${1767225600 + 300 * i},${50 + (i % 4)}`);
    const wide = csvFileOf("wide.csv", `other,at,cpu\n${rows.join("\n")}\n`);
    const columns = ["--time-column", "at", "--value-column", "cpu"];
    const { code, out } = await run(["forecast", wide, ...columns, "--period", "4", "--horizon", "4", "--json"]);
    expect(code).toBe(0);
    const { forecast } = JSON.parse(out) as { forecast: { time: string; median: number }[] };
    expect(forecast.map(({ median }) => Math.round(median))).toEqual([50, 51, 52, 53]);
    expect(forecast[0].time).toBe(new Date((1767225600 + 300 * 40) * 1000).toISOString());
  });

  it.each<[string, string[], number, string | RegExp]>([
    ["no file", [], 2, "--help shows how"],
    ["a file that is not there", ["none.csv"], 1, "none.csv cannot be read: there is no such file"],
    ["a folder", ["."], 1, "it is a folder"],
    ["no CSV", [csvFileOf("picture.png", "\u0089PNG\r\n\u001a\nIHDR")], 1, "picture.png"],
    ["an empty file", [csvFileOf("empty.csv", "")], 1, "empty.csv"],
    [
      "a text among the values",
      [csvFileOf("text.csv", "timestamp,value\n2026-01-01,1\n2026-01-02,warm\n")],
      1,
      /text\.csv.*line 3/,
    ],
    [
      "a column that has to be named",
      [csvFileOf("two.csv", "time,cpu,memory\n2026-01-01,1,2\n2026-01-02,2,3\n")],
      2,
      'set --value-column to one of "time", "cpu", "memory"',
    ],
    [
      "a column that is not there",
      [file, "--value-column", "swap"],
      2,
      'there is no column "swap"; set --value-column',
    ],
    ["a single value", [csvFileOf("one.csv", "timestamp,value\n2026-01-01,1\n")], 1, "at least 2 values"],
    ["gaps only", [csvFileOf("gaps.csv", "timestamp,value\n2026-01-01,\n2026-01-02,\n")], 1, "no number"],
    [
      "a horizon of nothing",
      [file, "--horizon", "0"],
      2,
      '--horizon is "0"; it must be a whole number from 1 to 10000',
    ],
    ["a level that is none", [file, "--levels", "80,high"], 2, '--levels is "80,high"'],
    ["an unknown format", [file, "--format", "xml"], 2, "one of table, csv, json"],
    ["an unknown flag", [file, "--frobnicate", "3"], 2, "there is no flag --frobnicate; --help shows those there are"],
    ["a season without orders", [file, "--seasonal", "1,0,1"], 2, "--seasonal needs --order"],
    ["orders that no model can have", [file, "--order", "1,9,1"], 2, "--order and --seasonal: d must be at most 3"],
    [
      "a season that the data do not have",
      [file, "--order", "1,0,0", "--seasonal", "1,0,0", "--period", "1"],
      2,
      "--seasonal needs a season: name it with --period",
    ],
    [
      "an unknown kind of model",
      [file, "--model", "crystal"],
      2,
      '--model is "crystal"; it must be one of sarima, ensemble',
    ],
    ["orders of an ensemble", [file, "--model", "ensemble", "--order", "1,0,0"], 2, "leave out --model ensemble"],
    ["a mistyped flag", [file, "--horizn", "3"], 2, "did you mean --horizon?"],
    [
      "orders of the wrong length",
      [file, "--order", "1,0"],
      2,
      '--order is "1,0"; it must be whole numbers such as 2,0,1',
    ],
    ["values that all lie out of bounds", [file, "--upper", "-60"], 1, "holds no number"],
  ])("ends with one line at %s", async (_, args, code, words) => {
    const ended = await run(["forecast", ...args]);
    expect(ended.code).toBe(code);
    expect(ended.out).toBe("");
    expectOneLine(ended, words);
  });

  it("takes one series and no mixture, and says which rows it passed over", async () => {
    const both = join(root, "both.csv");
    const rows = hourly.flatMap((row) => ["web-1", "web-2"].map((host) => row.replace(",", `,${host},`)));
    writeFileSync(both, `time,host,value\n${rows.join("\n")}\n`);
    const mixed = await run(["forecast", both]);
    expect([mixed.code, mixed.out]).toEqual([2, ""]);
    expectOneLine(mixed, "both.csv holds 2 series (web-1, web-2), and one is needed");
    const parquet = join(root, "one.parquet");
    writeFileSync(parquet, "PAR1\u0000\u0001");
    const binary = await run(["forecast", parquet]);
    expect(binary.code).toBe(2);
    expectOneLine(binary, "is a Parquet file");
    for (const [name, bytes, words] of [
      ["packed.csv", gzipSync("time,value\n"), "is compressed with gzip: unpack it first (gunzip)"],
      ["book.xlsx", Buffer.from("PK\u0003\u0004\u0014\u0000"), "save the sheet as CSV"],
      ["noise.csv", Buffer.from([7, 27, 91, 0, 200, 44, 13]), "is no text (it has NUL bytes)"],
    ] as const) {
      writeFileSync(join(root, name), bytes);
      for (const command of [["forecast"], ["import", "--dry-run"]]) {
        const ended = await run([...command, join(root, name)]);
        expect([ended.code, ended.out]).toEqual([1, ""]);
        expectOneLine(ended, words);
      }
    }
    const twice = await run(["forecast", csvFile("twice.csv", [...hourly, hourly[50]]), "--horizon", "1"]);
    expect(twice.code).toBe(0);
    expect(twice.err).toContain("warning: 1 row has the time of another; the last one counts");
  });

  it("has no word on a criterion that is infinite", async () => {
    const constant = csvFile(
      "constant.csv",
      hourly.map((row) => row.replace(/,.*/, ",5")),
    );
    const ended = await run(["forecast", constant, "--horizon", "1", "--format", "csv"]);
    expect(ended.code).toBe(0);
    expect(ended.err).toMatch(/model \(0,0,0\)[^,]*, in \d/);
    expect(ended.out).toMatch(/\n2026-01-04T00:00:00.000Z,5,5,5,5,5,5\n/);
  });

  it("weighs several models where it is asked to", { timeout: 60_000 }, async () => {
    const ended = await run(["forecast", file, "--model", "ensemble", "--horizon", "3", "--json"]);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain("ensemble of ");
    const { model, forecast } = JSON.parse(ended.out);
    expect(model.kind).toBe("ensemble");
    expect(model.members.length).toBeGreaterThan(1);
    expect(forecast).toHaveLength(3);
  });

  it("keeps percentages possible without being told", async () => {
    const rows = Array.from({ length: 120 }, (_, t) => {
      const value = Math.min(100, 75 + 40 * Math.sin((2 * Math.PI * t) / 24) + (((t * 7919) % 101) / 101) * 4);
      return `${new Date(Date.UTC(2026, 0, 1, t)).toISOString()},${value.toFixed(2)}`;
    });
    for (const name of ["cpu_percent", "load"]) {
      const full = csvFileOf(`${name}-full.csv`, `time,${name}\n${rows.join("\n")}\n`);
      const { out, err } = await run(["forecast", full, "--json"]);
      const { forecast } = JSON.parse(out) as { forecast: { median: number; intervals: { upper: number }[] }[] };
      for (const { median, intervals } of forecast) {
        for (const value of [median, ...intervals.map(({ upper }) => upper)]) expect(value).toBeLessThanOrEqual(100);
      }
      expect(err).toContain("the values are percentages: forecasts stay from 0 to 100");
    }
  });

  it("reads UTF-16, and tells midnight from a date", async () => {
    const wide = join(root, "wide.csv");
    writeFileSync(wide, `\uFEFF${readFileSync(file, "utf8")}`, "utf16le");
    const { out, code } = await run(["forecast", wide, "--horizon", "1"]);
    expect(code).toBe(0);
    expect(out).toMatch(/^time \(UTC\).*\n2026-01-04 00:00 /);
  });

  it("makes gaps of values out of bounds, and says so", async () => {
    const glitch = csvFile("glitch.csv", [
      ...hourly.slice(0, 40),
      hourly[40].replace(/,.*/, ",5000"),
      ...hourly.slice(41),
    ]);
    const { code, out, err } = await run(["forecast", glitch, "--lower", "0", "--upper", "100", "--horizon", "2"]);
    expect(code).toBe(0);
    expect(out.trim().split("\n")).toHaveLength(3);
    expect(err).toMatch(
      /warning: One value of the file lies outside 0 to 100 and counts as a gap: 5000 at .* UTC\. .* change --lower and --upper/,
    );
    expect(err).toContain("(2 missing)");
  });

  const names = existsSync(shared) ? readdirSync(shared).filter((name) => name.endsWith(".csv")) : [];
  it.skipIf(names.length === 0)(
    "gives 48 sane steps for short series of every kind in ../shared/data",
    { timeout: 60_000 },
    async () => {
      // The classic ones: months, quarters, years with dates of their own. The long ones take minutes in all.
      const short = names.filter((name) => !/^(nab|bitbrains|google)/.test(name));
      expect(short.length).toBeGreaterThan(5);
      for (const name of short) {
        const { code, out } = await run(["forecast", join(shared, name), "--format", "csv"]);
        expect(code, name).toBe(0);
        const rows = out
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((row) => row.split(","));
        expect(rows).toHaveLength(48);
        const source = readFileSync(join(shared, name), "utf8")
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((row) => row.split(","));
        const known = source
          .map(([, value]) => value)
          .filter((value) => value !== "")
          .map(Number);
        const range = Math.max(...known) - Math.min(...known);
        const [before, last] = source.slice(-2).map(([time]) => Date.parse(time));
        let time = last;
        for (const [at, ...numbers] of rows) {
          expect(Date.parse(at) - time).toBeGreaterThan(0.9 * (last - before));
          expect(Date.parse(at) - time).toBeLessThan(1.15 * (last - before));
          time = Date.parse(at);
          const [mean, median, lower80, upper80, lower95, upper95] = numbers.map(Number);
          const ordered = [lower95, lower80, median, upper80, upper95];
          expect(ordered.every(Number.isFinite) && Number.isFinite(mean), name).toBe(true);
          expect(ordered).toEqual([...ordered].sort((a, b) => a - b));
          expect(Math.abs(median - known[known.length - 1])).toBeLessThan(2 * range);
        }
      }
    },
  );
});

function csvFileOf(name: string, content: string): string {
  const file = join(root, name);
  writeFileSync(file, content);
  return file;
}
