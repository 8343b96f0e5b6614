import { join } from "node:path";
import { expect, it } from "vitest";
import { expectOneLine, root, run, suite } from "./spawn-loadcast.js";

suite("loadcast run, train, predict", () => {
  it("do by hand what the service does by itself", { timeout: 90_000 }, async () => {
    const env = { LOADCAST_DATA: join(root, "byhand"), LOADCAST_TRAINING_HISTORY: "6h" };
    const round = await run(["run", "--format", "json"], { env });
    expect(round.code).toBe(0);
    const outcomes = JSON.parse(round.out);
    expect(outcomes.filter(({ result }: { result: string }) => result === "done")).toEqual([
      { id: "demo/cpu_percent", result: "done", detail: "demo/cpu_percent@1" },
      { id: "demo/memory_percent", result: "done", detail: "demo/memory_percent@1" },
    ]);
    expect(outcomes.filter(({ result }: { result: string }) => result === "waiting")).toHaveLength(2);

    const trained = await run(["train", "demo/cpu_percent"], { env });
    expect(trained.code).toBe(0);
    // Within the same five minutes the values are the same, and so is the version.
    expect(trained.out).toMatch(
      /^version .*\ndemo\/cpu_percent@[12] +\d+ +(yes|no) +ensemble of \d+ members: .*(Goes live|The champion)/,
    );

    const table = await run(["predict", "demo/cpu_percent"], { env });
    expect(table.out.trimEnd().split("\n")).toHaveLength(49);
    expect(table.err).toContain("demo/cpu_percent (synthetic), model demo/cpu_percent@");
    const csv = await run(["predict", "--format", "csv"], { env });
    expect(csv.out.trimEnd().split("\n")).toHaveLength(97);
    expect(csv.out.split("\n")[0]).toBe("series,time,mean,median,lower80,upper80,lower95,upper95");

    for (const [words, code, says] of [
      [["promote", "demo/cpu_percent", "1", "--alias", "7"], 2, '--alias: alias must be letters, digits, "_" and "-"'],
      [["promote", "demo/cpu_percent", "77"], 2, "demo/cpu_percent has no version 77; its latest version is"],
      [["show", "no/where"], 2, 'there is no model "no/where"; GET /api/v1/models names those known'],
      [["rollback", "demo/memory_percent"], 1, "no version that champion pointed at before"],
    ] as const) {
      const ended = await run(["models", ...words], { env });
      expect([ended.code, ended.out]).toEqual([code, ""]);
      expectOneLine(ended, says);
    }

    const unknown = await run(["train", "no/where"], { env });
    expect(unknown.code).toBe(2);
    expectOneLine(unknown, 'there is no series "no/where"; known: demo/cpu_percent');
  });
});

suite("loadcast", () => {
  it("shows its usage, its version, and what is in force", async () => {
    const help = await run(["--help"]);
    expect([help.code, help.err]).toEqual([0, ""]);
    for (const name of ["serve", "forecast", "run", "train", "predict", "config"]) expect(help.out).toContain(name);
    expect(help.out).not.toContain("\u001b");
    const example = await run(["export", "--help"], { env: { NO_COLOR: "" } });
    expect(example.out).toMatch(/EXAMPLE\n\n {2}loadcast export --series/);
    expect(example.out).not.toContain("\u001b");
    expect((await run([])).code).toBe(2);
    expect((await run(["serve", "--help"])).out).toContain("LOADCAST_PORT");
    expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    const unknown = await run(["prophesy"]);
    expect(unknown.code).toBe(2);
    expectOneLine(unknown, 'there is no command "prophesy"; there are: serve, forecast');
    const open = await run(["config", "check", "--host", "0.0.0.0", "--json"]);
    expect(JSON.parse(open.out)).toMatchObject({ ok: true, warnings: [expect.stringContaining("no token is set")] });
    expect(open.err).toMatch(/^warning: loadcast serve will refuse this: 0.0.0.0 can be reached by others/);
    const checked = await run(["config", "check", "--port", "9"], { env: { LOADCAST_TRAIN_INTERVAL: "2h" } });
    expect(checked.out).toMatch(/port: 9\n[\s\S]*train: 7200s/);
    expect((await run(["config"])).code).toBe(2);
  });
});
