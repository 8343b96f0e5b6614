import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../run.mjs";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** The code blocks of a language, in order. */
const blocks = (language: string) =>
  [...readme.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , code]) => code);

const commands = blocks("sh").flatMap((block) => block.trim().split("\n"));

/** The range of the example's series: a forecast of its middle that leaves it is wrong. */
const values =
  readFileSync(join(root, "examples/cpu.csv"), "utf8")
    .match(/(?<=,)[\d.]+/g)
    ?.map(Number) ?? [];
const [lowest, highest] = [Math.min(...values), Math.max(...values)];

// Inside the repository, so that Node finds the packages as it would in a user's project.
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/readme-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  expect(stderr.replaceAll(/^npm warn .*\n/gm, ""), `${command} ${args.join(" ")}`).not.toMatch(/error|warn/i);
  expect(status).toBe(0);
  return stdout;
}

describe("README", () => {
  it("names only commands that exist", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const command of commands) {
      const [, script] = /^npm (?:run )?(\w+)/.exec(command) ?? [];
      if (script) expect(scripts).toHaveProperty(script);
      else expect(command).toMatch(/^npx loadcast /);
    }
    expect(commands).toEqual(expect.arrayContaining(["npm start", "npm test"]));
  });

  it("links only to files that exist", () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target]) => target);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((target) => !/^https?:/.test(target) && !existsSync(join(root, target)))).toEqual([]);
  });

  it("shows a library example that runs", () => {
    const examples = blocks("js");
    expect(examples).toHaveLength(1);
    writeFileSync(join(folder, "example.mjs"), examples[0]);
    const output = run(process.execPath, [join(folder, "example.mjs")]);
    const numbers = /^CPU in 4 hours: ([\d.]+) %, 95 % sure: ([\d.-]+) to ([\d.]+) %\n$/
      .exec(output)
      ?.slice(1)
      .map(Number);
    expect(numbers, output).toHaveLength(3);
    const [median, lower, upper] = numbers as [number, number, number];
    expect(lower).toBeLessThan(median);
    expect(median).toBeLessThan(upper);
    expect(lower).toBeGreaterThanOrEqual(0);
    expect(upper).toBeLessThanOrEqual(100);
    expect(median).toBeGreaterThan(lowest);
    expect(median).toBeLessThan(highest);
  });

  it("shows a CSV example that runs", () => {
    const example = commands.find((command) => command.startsWith("npx loadcast forecast"));
    expect(example).toBeDefined();
    const [program, ...args] = (example as string).split(" ");
    expect(run(program, args)).toMatch(/\d/);

    const machine = JSON.parse(run(program, [...args.filter((arg) => arg !== "--plot"), "--format", "json"]));
    expect(machine.forecast).toHaveLength(48);
    for (const { median, intervals } of machine.forecast) {
      expect(median).toBeGreaterThan(lowest);
      expect(median).toBeLessThan(highest);
      expect(intervals).toHaveLength(2);
      for (const { lower, upper } of intervals) {
        expect(lower).toBeGreaterThanOrEqual(0);
        expect(lower).toBeLessThan(median);
        expect(median).toBeLessThan(upper);
        expect(upper).toBeLessThanOrEqual(100);
      }
    }
  });
});
