import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { usualBounds } from "../../src/cli/bounds-flags.js";
import { COMMANDS, EXAMPLES } from "../../src/cli/commands.js";
import { formatOf } from "../../src/cli/output-format.js";
import { showProgress } from "../../src/cli/progress.js";
import { chooseSeries, findSeries } from "../../src/cli/series-choice.js";
import { rangeOf, timeFlag } from "../../src/cli/time-flags.js";

const NOW = Date.UTC(2026, 10, 23, 12);

describe("times on the command line", () => {
  it.each([
    ["2026-11-01", Date.UTC(2026, 10, 1)],
    ["2026-11-01T12:30", Date.UTC(2026, 10, 1, 12, 30)],
    ["2026-11-01 12:30:15", Date.UTC(2026, 10, 1, 12, 30, 15)],
    ["2026-11-01T12:30+01:00", Date.UTC(2026, 10, 1, 11, 30)],
    ["2026-11-01T12:30:15.250Z", Date.UTC(2026, 10, 1, 12, 30, 15, 250)],
    ["7d", NOW - 7 * 86_400_000],
    ["90m", NOW - 90 * 60_000],
  ])("reads %s", (text, time) => {
    expect(timeFlag("--from", text, NOW)).toBe(time);
  });

  it.each(["yesterday", "2026", "01/11/2026", "2026-13-01", "7", "-7d", ""])("refuses %o and says how", (text) => {
    expect(() => timeFlag("--from", text, NOW)).toThrow(/--from is ".*"; it must be a time such as/);
  });

  it("leaves a side open that is not given, and refuses an empty range", () => {
    expect(rangeOf({}, NOW)).toEqual({ from: -Infinity, to: Infinity });
    expect(rangeOf({ from: "1d" }, NOW)).toEqual({ from: NOW - 86_400_000, to: Infinity });
    expect(() => rangeOf({ from: "1d", to: "2d" }, NOW)).toThrow("--from 1d must be before --to 2d");
  });
});

describe("formats", () => {
  it("come from --format or --json, and the first is the default", () => {
    expect(formatOf({}, "table", "json")).toBe("table");
    expect(formatOf({ json: true }, "table", "json")).toBe("json");
    expect(formatOf({ json: true, format: "json" }, "table", "json")).toBe("json");
    expect(formatOf({ format: "csv" }, "table", "csv", "json")).toBe("csv");
    expect(() => formatOf({ format: "xml" }, "table", "json")).toThrow("one of table, json");
    expect(() => formatOf({ format: "csv", json: true }, "csv", "json")).toThrow("--json and --format csv exclude");
  });
});

describe("the bounds of a file's values", () => {
  const values = (...given: number[]) => Float64Array.from(given);
  const percent = { lower: 0, upper: 100 };

  it("are those of percentages where a name or a wall at 100 says so", () => {
    for (const name of ["cpu_percent", "CPU %", "disk-pct", "percentage"]) {
      expect(usualBounds([name], values(3, Number.NaN, 57))).toEqual(percent);
    }
    expect(usualBounds(["value"], values(...Array(97).fill(40), 100, 100, 100))).toEqual(percent);
  });

  it("are none where the values or their name say otherwise", () => {
    expect(usualBounds(["cpu_percent"], values(3, 250))).toBeNull();
    expect(usualBounds(["cpu_percent"], values(-5, 50))).toBeNull();
    expect(usualBounds(["percentile", "spct"], values(3, 57))).toBeNull();
    expect(usualBounds(["value"], values(99, 100, 98))).toBeNull();
    expect(usualBounds(["value"], values(100, 100, 100, 100, 100.2))).toBeNull();
    expect(usualBounds(["cpu_percent"], values(Number.NaN))).toBeNull();
  });
});

describe("the choice of series", () => {
  const all = ["db-1/cpu_percent", "web-1/cpu_percent", "web-1/memory_percent"].map((id) => ({ id }));
  const ids = (patterns?: string) => chooseSeries(all, patterns).map(({ id }) => id);

  it("takes patterns, several, and those to leave out", () => {
    expect(ids()).toHaveLength(3);
    expect(ids("web-*")).toEqual(["web-1/cpu_percent", "web-1/memory_percent"]);
    expect(ids("*/cpu_percent, !db-*")).toEqual(["web-1/cpu_percent"]);
  });

  it("names what there is when there is no such series", () => {
    expect(() => ids("mail*")).toThrow('there is no series "mail*"; known: db-1/cpu_percent, web-1/cpu_percent');
    expect(() => findSeries(all, "web-1/cpu")).toThrow(expect.objectContaining({ exitCode: 2 }));
    const fleet = Array.from({ length: 2000 }, (_, i) => ({ id: `h${i}/cpu` }));
    expect(() => findSeries(fleet, "x")).toThrow(/h11\/cpu and 1988 more$/);
    expect(() => findSeries([], "x")).toThrow("known: none");
  });
});

describe("progress", () => {
  const terminal = (isTTY: boolean) => {
    let written = "";
    const stream = new Writable({
      write(chunk, _, done) {
        written += chunk;
        done();
      },
    });
    // What the bar asks a terminal for.
    const tty = Object.assign(stream, {
      isTTY,
      columns: 80,
      cursorTo: () => true,
      clearLine: () => true,
      moveCursor: () => true,
    });
    return { stream: tty as unknown as NodeJS.WriteStream, written: () => written };
  };

  it("is a bar on a terminal, taken away at the end", async () => {
    const { stream, written } = terminal(true);
    const progress = await showProgress("training", stream);
    progress.update(0.5, "web-1/cpu_percent");
    await new Promise((resolve) => setTimeout(resolve, 150));
    progress.end();
    expect(written()).toMatch(/training .*█+░+.* 50 %/);
    expect(written()).toContain("web-1/cpu_percent");
  });

  it("is nothing in a pipe", async () => {
    const { stream, written } = terminal(false);
    const progress = await showProgress("training", stream);
    progress.update(0.5, "x");
    progress.end();
    expect(written()).toBe("");
  });
});

describe("commands", () => {
  it("each have a line that says what they do, and an example of themselves", async () => {
    for (const [name, load] of Object.entries(COMMANDS)) {
      const { meta, subCommands = {} } = await load();
      const names = [name, ...Object.keys(subCommands).map((inner) => `${name} ${inner}`)];
      const description = (meta as { description: string }).description;
      expect(description.length, name).toBeGreaterThan(7);
      expect(description.length, name).toBeLessThan(140);
      for (const called of names) {
        expect(EXAMPLES[called], called).toBeDefined();
        for (const example of EXAMPLES[called]) expect(example).toContain(`loadcast ${called}`);
      }
    }
  });

  it("all have --json where they print something for programs", async () => {
    for (const [name, load] of Object.entries(COMMANDS)) {
      if (["serve", "worker", "completion"].includes(name)) continue;
      const command = await load();
      const inner = Object.entries((command.subCommands ?? {}) as Record<string, typeof command>);
      for (const [part, { args }] of inner.length > 0 ? inner : [[name, command] as const]) {
        if (["schema", "reference"].includes(part)) continue; // print a document of a form of its own
        expect(Object.keys(args ?? {}), `${name} ${part}`).toContain("json");
      }
    }
  });
});
