/** A command as a shell completes it. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly { readonly name: string; readonly description: string; readonly value: boolean }[];
  readonly subCommands: readonly CommandTree[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A script that makes a shell complete `loadcast`: commands, their flags, and files where nothing else is known. */
export function completionScript(shell: (typeof SHELLS)[number], commands: readonly CommandTree[]): string {
  return { bash, zsh, fish }[shell](commands);
}

const flagsOf = (command: CommandTree) => [...command.flags.map(({ name }) => `--${name}`), "--help"].join(" ");
const namesOf = (commands: readonly CommandTree[]) => commands.map(({ name }) => name).join(" ");

function bash(commands: readonly CommandTree[]): string {
  const cases = commands.flatMap((command) => [
    `    ${command.name}) words="${command.subCommands.length > 0 ? namesOf(command.subCommands) : flagsOf(command)}" ;;`,
    ...command.subCommands.map((inner) => `    "${command.name} ${inner.name}") words="${flagsOf(inner)}" ;;`),
  ]);
  return `# loadcast completion bash > ~/.local/share/bash-completion/completions/loadcast
_loadcast() {
  local current=\${COMP_WORDS[COMP_CWORD]} path=\${COMP_WORDS[1]} words=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${namesOf(commands)} --help --version" -- "$current"))
    return
  fi
  case "$path" in
    ${commands
      .filter(({ subCommands }) => subCommands.length > 0)
      .map(({ name }) => name)
      .join("|")}) [ "$COMP_CWORD" -gt 2 ] && path="$path \${COMP_WORDS[2]}" ;;
  esac
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _loadcast loadcast
`;
}

/** What stands between quotes of zsh and fish. */
const quoted = (text: string) => text.replace(/'/g, "’").replace(/[[\]:\\]/g, "\\$&");

function zsh(commands: readonly CommandTree[]): string {
  const argumentsOf = (command: CommandTree) =>
    [...command.flags, { name: "help", description: "show how it is used", value: false }]
      .map(({ name, description, value }) => `'--${name}[${quoted(description)}]${value ? ":value:_files" : ""}'`)
      .join(" ");
  const describe = (list: readonly CommandTree[]) =>
    list.map(({ name, description }) => `'${name}:${quoted(description)}'`).join(" ");
  const cases = commands.map((command) =>
    command.subCommands.length === 0
      ? `    ${command.name}) _arguments ${argumentsOf(command)} '*:file:_files' ;;`
      : `    ${command.name})
      if (( CURRENT == 3 )); then
        local -a inner=(${describe(command.subCommands)})
        _describe command inner
        return
      fi
      case "$words[3]" in
${command.subCommands.map((inner) => `        ${inner.name}) _arguments ${argumentsOf(inner)} '*:file:_files' ;;`).join("\n")}
      esac ;;`,
  );
  return `#compdef loadcast
# loadcast completion zsh > "\${fpath[1]}/_loadcast"
_loadcast() {
  if (( CURRENT == 2 )); then
    local -a commands=(${describe(commands)})
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
compdef _loadcast loadcast
`;
}

function fish(commands: readonly CommandTree[]): string {
  const text = (words: string) => `'${words.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;
  const lines = [
    "# loadcast completion fish > ~/.config/fish/completions/loadcast.fish",
    ...commands.map(
      ({ name, description }) => `complete -c loadcast -n __fish_use_subcommand -f -a ${name} -d ${text(description)}`,
    ),
  ];
  const flags = (command: CommandTree, when: string) => {
    for (const { name, description, value } of command.flags) {
      lines.push(`complete -c loadcast -n ${text(when)} -l ${name}${value ? " -r" : ""} -d ${text(description)}`);
    }
  };
  for (const command of commands) {
    const here = `__fish_seen_subcommand_from ${command.name}`;
    flags(command, here);
    const names = namesOf(command.subCommands);
    for (const inner of command.subCommands) {
      lines.push(
        `complete -c loadcast -n ${text(`${here}; and not __fish_seen_subcommand_from ${names}`)} -f -a ${inner.name} -d ${text(inner.description)}`,
      );
      flags(inner, `${here}; and __fish_seen_subcommand_from ${inner.name}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
