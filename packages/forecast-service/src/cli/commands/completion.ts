import { type ArgsDef, defineCommand } from "citty";
import { choiceFlag } from "../arguments.js";
import type { Command, Commands } from "../commands.js";
import { type CommandTree, completionScript, SHELLS } from "../completion-scripts.js";

/** The command that prints what completes these commands. */
export function completion(commands: Commands) {
  return defineCommand({
    meta: { name: "completion", description: "Print a completion script for a shell" },
    args: {
      shell: { type: "positional", description: SHELLS.join(", "), valueHint: SHELLS.join("|"), required: true },
    },
    async run({ args }) {
      const shell = choiceFlag("the shell", args.shell, SHELLS);
      process.stdout.write(completionScript(shell, await treeOf(commands)));
    },
  });
}

/** All commands with their flags, as they are. */
const treeOf = (commands: Commands): Promise<CommandTree[]> =>
  Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const command = await load();
      const inner = Object.entries((command.subCommands ?? {}) as Record<string, Command>);
      return { ...nodeOf(name, command), subCommands: inner.map(([inner, command]) => nodeOf(inner, command)) };
    }),
  );

const nodeOf = (name: string, { meta, args }: Command): CommandTree => ({
  name,
  description: String((meta as { description?: string }).description ?? ""),
  flags: flagsOf(args as ArgsDef | undefined),
  choices: choicesOf(Object.values((args ?? {}) as ArgsDef).find(({ type }) => type === "positional")),
  subCommands: [],
});

function flagsOf(args: ArgsDef = {}): CommandTree["flags"] {
  return Object.entries(args)
    .filter(([, { type }]) => type !== "positional")
    .flatMap(([name, definition]) => {
      const { type, description } = definition;
      const flag = { name, description: String(description ?? ""), value: type !== "boolean" };
      const { negativeDescription } = definition as { negativeDescription?: string };
      return [
        { ...flag, choices: choicesOf(definition) },
        ...(negativeDescription
          ? [{ ...flag, name: `no-${name}`, description: negativeDescription, choices: [] }]
          : []),
      ];
    });
}

/** Hints name what can be chosen: "table|json". */
function choicesOf(definition: ArgsDef[string] | undefined): string[] {
  const hint = (definition as { valueHint?: string } | undefined)?.valueHint ?? "";
  return hint.includes("|") ? hint.split("|") : [];
}
