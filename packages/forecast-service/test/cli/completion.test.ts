import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type CommandTree, completionScript } from "../../src/cli/completion-scripts.js";

const tree: CommandTree[] = [
  {
    ...{ name: "forecast", description: "Forecast a file: it's easy [really]", subCommands: [] },
    flags: [
      { name: "horizon", description: "steps", value: true },
      { name: "json", description: "as JSON", value: false },
    ],
  },
  {
    ...{ name: "models", description: "Models", flags: [] },
    subCommands: [
      {
        name: "list",
        description: "List them",
        flags: [{ name: "url", description: "service", value: true }],
        subCommands: [],
      },
      { name: "show", description: "Show one", flags: [], subCommands: [] },
    ],
  },
];
const has = (shell: string) => spawnSync(shell, ["--version"]).status === 0;

describe("completion", () => {
  const complete = (...words: string[]) =>
    execFileSync("bash", [
      "-c",
      `${completionScript("bash", tree)}\nCOMP_WORDS=(loadcast "$@"); COMP_CWORD=$#; _loadcast; echo "\${COMPREPLY[*]}"`,
      "bash",
      ...words,
    ])
      .toString()
      .trim();

  it.skipIf(!has("bash"))("completes commands, commands of commands and flags (needs bash)", () => {
    expect(complete("")).toBe("forecast models --help --version");
    expect(complete("mo")).toBe("models");
    expect(complete("models", "")).toBe("list show");
    expect(complete("models", "list", "--u")).toBe("--url");
    expect(complete("models", "show", "--u")).toBe("");
    expect(complete("forecast", "--h")).toBe("--horizon --help");
    expect(complete("forecast", "cpu.csv", "--j")).toBe("--json");
  });

  it.each(["zsh", "fish"] as const)("is a script that %s can read, where it is installed", (shell) => {
    const script = completionScript(shell, tree);
    for (const word of ["forecast", "models", "list", "horizon", "url"]) expect(script).toContain(word);
    if (has(shell)) expect(spawnSync(shell, ["-n"], { input: script }).status).toBe(0);
  });
});
