import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { unknownVariables } from "../src/config/environment.js";
import { ENVIRONMENT, loadConfig } from "../src/config.js";
import { formatDuration, parseDuration } from "../src/duration.js";
import { LoadcastError } from "../src/errors.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function yaml(source: string): string {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.yaml`);
  writeFileSync(file, source);
  return file;
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(LoadcastError);
    expect((error as LoadcastError).exitCode).toBe(2);
    expect((error as LoadcastError).message).not.toContain("\n");
    return (error as LoadcastError).message;
  }
  throw new Error("it was accepted");
}

describe("loadConfig", () => {
  it("has a default for everything", () => {
    expect(loadConfig()).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      data: resolve("data"),
      demo: true,
      log: "info",
      intervals: { collect: 15_000, infer: 300_000, train: 3_600_000 },
      training: { history: 604_800_000 },
    });
  });

  it("has a synthetic host where nothing but this machine is watched, or it is asked for", () => {
    const source = "sources: [{ kind: prometheus, url: 'http://127.0.0.1:9090' }]\n";
    expect(loadConfig({ file: yaml(source) }).demo).toBe(false);
    expect(loadConfig({ file: yaml(`${source}demo: true\n`) }).demo).toBe(true);
    expect(loadConfig({ file: yaml("sources: [{ kind: host }]") }).demo).toBe(true);
  });

  it("prefers flags to the environment, and the environment to the file", () => {
    const file = yaml("port: 1\nhost: 0.0.0.0\nintervals:\n  collect: 30s\n  train: 2h\n");
    const config = loadConfig({
      file,
      env: { LOADCAST_PORT: "2", LOADCAST_TRAIN_INTERVAL: "90m" },
      flags: { port: ["--port", "3"] },
    });
    expect(config.port).toBe(3);
    expect(config.host).toBe("0.0.0.0");
    expect(config.intervals).toEqual({ collect: 30_000, infer: 300_000, train: 5_400_000 });
  });

  it("reads the file that LOADCAST_CONFIG names, and an empty one", () => {
    expect(loadConfig({ env: { LOADCAST_CONFIG: yaml("demo: false") } }).demo).toBe(false);
    expect(loadConfig({ env: { LOADCAST_CONFIG: yaml("# nothing\n") } }).port).toBe(8080);
  });

  it.each([
    ["false", false],
    ["0", false],
    ["No", false],
    ["off", false],
    ["true", true],
    ["1", true],
  ])("LOADCAST_DEMO=%s is %s", (value, expected) => {
    expect(loadConfig({ env: { LOADCAST_DEMO: value } }).demo).toBe(expected);
  });

  it.each([
    [
      { LOADCAST_PORT: "abc" },
      'LOADCAST_PORT is "abc"; it must be a whole number from 0 to 65535; 0 picks a free port',
    ],
    [{ LOADCAST_PORT: "65536" }, "whole number from 0 to 65535"],
    [{ LOADCAST_PORT: "" }, 'LOADCAST_PORT is ""'],
    [{ LOADCAST_HOST: " " }, 'LOADCAST_HOST is " "; it must be a host name'],
    [{ LOADCAST_DEMO: "maybe" }, 'LOADCAST_DEMO is "maybe"; it must be true or false'],
    [{ LOADCAST_LOG: "loud" }, "it must be one of silent, warn, info, debug"],
    [{ LOADCAST_COLLECT_INTERVAL: "0s" }, "it must be a duration from 250ms to 1h"],
    [{ LOADCAST_INFER_INTERVAL: "soon" }, 'LOADCAST_INFER_INTERVAL is "soon"'],
  ])("refuses %j in one line", (env, words) => {
    expect(messageOf(() => loadConfig({ env }))).toContain(words);
  });

  it("names the field of a file, and what it must be", () => {
    const file = yaml("intervals:\n  collect: never\n");
    expect(messageOf(() => loadConfig({ file }))).toBe(
      `intervals.collect in ${file} is "never"; it must be a duration from 250ms to 1h, such as 15s, 5m, 1h or 7d`,
    );
    const group = yaml("intervals: 5\n");
    expect(messageOf(() => loadConfig({ file: group }))).toContain("it must be a group with collect, infer and train");
    expect(messageOf(() => loadConfig({ file: yaml("prot: 1\n") }))).toMatch(
      /^prot in .* is not a setting; there are:/,
    );
    expect(messageOf(() => loadConfig({ file: yaml("intervals:\n  colect: 1s\n") }))).toMatch(/^intervals\.colect in/);
  });

  it("names line and column of broken YAML, and a file that is not there", () => {
    expect(messageOf(() => loadConfig({ file: yaml("port: 1\nhost: [a\n") }))).toMatch(/not valid YAML \(line \d+/);
    expect(messageOf(() => loadConfig({ file: yaml("just words") }))).toContain("must hold settings");
    expect(messageOf(() => loadConfig({ file: join(folder, "none.yaml") }))).toContain("cannot be read");
  });

  it("points at variables that look like settings and are none", () => {
    expect(unknownVariables({ LOADCAST_PROT: "1", LOADCAST_PORT: "1", PATH: "" })).toEqual([
      { name: "LOADCAST_PROT", meant: "LOADCAST_PORT" },
    ]);
    expect(new Set(Object.values(ENVIRONMENT)).size).toBe(Object.keys(ENVIRONMENT).length);
  });
});

describe("durations", () => {
  it.each([
    ["15s", 15_000],
    ["250ms", 250],
    ["1.5h", 5_400_000],
    ["7d", 604_800_000],
    ["30", 30_000],
    [30, 30_000],
  ])("%s is %d ms", (value, millis) => expect(parseDuration(value)).toBe(millis));

  it.each(["", "s", "-1s", "1y", "0s", null, Number.NaN, {}])("%s is none", (value) => {
    expect(parseDuration(value)).toBeNull();
  });

  it("is printed with its two largest units", () => {
    expect([7_800_000, 45_000, 90_061_000, 0, 300_000].map(formatDuration)).toEqual([
      "2 h 10 min",
      "45 s",
      "1 d 1 h",
      "0 s",
      "5 min",
    ]);
  });
});
