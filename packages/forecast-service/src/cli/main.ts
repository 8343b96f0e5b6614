import { type ArgsDef, defineCommand, renderUsage, runCommand } from "citty";
import { nearest } from "../config/nearest.js";
import { describeError, LoadcastError, usageError } from "../errors.js";
import { VERSION } from "../package-files.js";
import { checkArguments } from "./arguments.js";
import { COMMANDS, type Command, type Commands, EXAMPLES } from "./commands.js";

const root = defineCommand({
  meta: { name: "loadcast", version: VERSION, description: "Forecasts of server metrics, with intervals that hold" },
  subCommands: { ...COMMANDS },
});

/** Runs the command that the words name. Its exit code: 0 done, 1 failed, 2 wrong usage. */
export async function main(words: readonly string[]): Promise<number> {
  try {
    if (words[0] === "--version" || words[0] === "-v") {
      process.stdout.write(`${VERSION}\n`);
      return 0;
    }
    const [name, ...rest] = words;
    if (name === "help" && rest.length > 0) return await main([...rest, "--help"]);
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      const usage = `${await renderUsage(root)}\n`;
      show(usage, name === undefined ? process.stderr : process.stdout);
      return name === undefined ? 2 : 0;
    }
    let { command, parent } = { command: await find(COMMANDS, name, ""), parent: root as Command };
    let given = rest;
    let called = name;
    const inner = command.subCommands as Record<string, Command> | undefined;
    if (inner && given[0] !== undefined && !given[0].startsWith("-")) {
      parent = { meta: { name: `loadcast ${name}`, version: VERSION } };
      command = await find(wrap(inner), given[0], `${name} `);
      called = `${name} ${given[0]}`;
      given = given.slice(1);
    }
    if (given.includes("--help") || given.includes("-h")) {
      const examples = (EXAMPLES[called] ?? []).map((line) => `  ${line}\n`);
      const below = examples.length > 0 ? `EXAMPLE\n\n${examples.join("")}` : "";
      show(`${await renderUsage(command, parent)}\n${below}`, process.stdout);
      return 0;
    }
    if (command.subCommands) throw usageError(`${name} needs one of: ${Object.keys(command.subCommands).join(", ")}`);
    checkArguments(given, (command.args ?? {}) as ArgsDef);
    await runCommand(command, { rawArgs: given });
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** Colours are for terminals. */
function show(text: string, stream: NodeJS.WriteStream): void {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this takes out
  stream.write(stream.isTTY ? text : text.replace(/\u001b\[\d+m/g, "").replace(/ +$/gm, ""));
}

async function find(commands: Commands, name: string, prefix: string): Promise<Command> {
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!load) {
    const known = Object.keys(commands);
    const meant = nearest(name, known);
    throw usageError(
      `there is no command "${prefix}${name}"; there are: ${known.join(", ")}${meant === null ? "" : `; did you mean ${meant}?`}`,
    );
  }
  return load();
}

const wrap = (commands: Readonly<Record<string, Command>>): Commands =>
  Object.fromEntries(Object.entries(commands).map(([name, command]) => [name, async () => command]));

/** One line for people, whatever happened. LOADCAST_DEBUG=1 adds where. */
function report(error: unknown): number {
  const missing = (error as { code?: unknown }).code === "EARG";
  process.stderr.write(`loadcast: ${describeError(error)}${missing ? "; --help shows how" : ""}\n`);
  if (process.env.LOADCAST_DEBUG === "1" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (missing) return 2;
  return error instanceof LoadcastError ? error.exitCode : 1;
}

// A reader that has seen enough (`loadcast … | head`) is no failure; a disk that is full is one.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  report(new LoadcastError("CANNOT_WRITE", `the output cannot be written: ${describeError(error)}`, { cause: error }));
  process.exit(1);
});
process.exitCode = await main(process.argv.slice(2));
