import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { type CommandTree, completionScript, SHELLS } from "../../src/cli/completion-scripts.js";

const tree: CommandTree[] = [
  {
    ...{ name: "forecast", description: "Forecast a file: it's easy [really]", subCommands: [] },
    flags: [
      { name: "horizon", description: "steps", value: true, choices: [] },
      { name: "format", description: "how", value: true, choices: ["table", "csv"] },
      { name: "json", description: "as JSON", value: false, choices: [] },
    ],
    choices: [],
  },
  {
    ...{ name: "models", description: "Models", flags: [], choices: [] },
    subCommands: [
      {
        name: "list",
        description: "List them",
        flags: [{ name: "url", description: "service", value: true, choices: [] }],
        choices: ["samples", "forecasts"],
        subCommands: [],
      },
      { name: "show", description: "Show one", flags: [], choices: [], subCommands: [] },
    ],
  },
];
const folder = mkdtempSync(join(tmpdir(), "loadcast-completion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fish = SHELLS[2];
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
    expect(complete("forecast", "--format", "")).toBe("table csv");
    expect(complete("forecast", "--format", "=")).toBe("table csv");
    expect(complete("forecast", "--format", "=", "c")).toBe("csv");
    expect(complete("models", "list", "f")).toBe("forecasts");
    // Names of files are the shell's own business.
    expect(complete("forecast", "")).toBe("");
    expect(complete("forecast", "--horizon", "")).toBe("");
  });

  it.skipIf(!has(fish))("completes values in fish as well (needs fish)", () => {
    const ask = (line: string) =>
      execFileSync(fish, ["-c", `${completionScript("fish", tree)}\ncomplete -C "${line}"`]).toString();
    expect(ask("loadcast forecast --format ")).toBe("csv\thow\ntable\thow\n");
    expect(ask("loadcast models list f")).toContain("forecasts");
    expect(ask("loadcast mo")).toBe("models\tModels\n");
    expect(ask("loadcast --")).toContain("--version");
    expect(ask("loadcast models list --")).toMatch(/--url.*\n?.*--help|--help.*\n?.*--url/);
  });

  it.skipIf(!has("zsh"))("completes in a real zsh (needs zsh)", { timeout: 60_000 }, () => {
    writeFileSync(join(folder, "_loadcast"), completionScript("zsh", tree));
    writeFileSync(join(folder, "a-file.csv"), "");
    // An interactive zsh on a terminal of its own; the key ^X completes its line and writes it down.
    const typed = (line: string) => {
      const file = join(folder, "line");
      rmSync(file, { force: true });
      const setUp = [
        `cd ${folder}; fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -D; setopt no_beep`,
        `dump() { zle complete-word; print -rn -- "$BUFFER" > ${file}; exit 0 }; zle -N dump; bindkey '^X' dump`,
      ];
      const script = [
        "zmodload zsh/zpty; zpty z zsh -f -i",
        ...setUp.map((words) => `zpty -w z ${quote(words)}`),
        `zpty -w -n z ${quote(line)}$'\\x18'`,
        `for i in {1..100}; do [[ -s ${file} ]] && break; zpty -r -t z; sleep 0.1; done >/dev/null`,
      ];
      spawnSync("zsh", ["-f", "-c", script.join("\n")], { timeout: 20_000 });
      return readFileSync(file, "utf8").trimEnd();
    };
    const quote = (words: string) => `'${words.replaceAll("'", "'\\''")}'`;
    expect(typed("loadcast fo")).toBe("loadcast forecast");
    expect(typed("loadcast --ver")).toBe("loadcast --version");
    expect(typed("loadcast models sh")).toBe("loadcast models show");
    expect(typed("loadcast models list f")).toBe("loadcast models list forecasts");
    expect(typed("loadcast models list samples --u")).toBe("loadcast models list samples --url=");
    expect(typed("loadcast forecast --format c")).toBe("loadcast forecast --format csv");
    expect(typed("loadcast forecast a-f")).toBe("loadcast forecast a-file.csv");
    expect(typed("loadcast forecast a-file.csv --j")).toBe("loadcast forecast a-file.csv --json");
  });

  it.each(["zsh", "fish"] as const)("is a script that %s can read, where it is installed", (shell) => {
    const script = completionScript(shell, tree);
    for (const word of ["forecast", "models", "list", "horizon", "url"]) expect(script).toContain(word);
    const file = join(folder, shell);
    writeFileSync(file, script);
    if (has(shell)) expect(spawnSync(shell, ["-n", file]).status).toBe(0);
  });
});
