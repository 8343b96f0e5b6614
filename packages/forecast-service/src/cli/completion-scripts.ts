/** A command as a shell completes it. */
export interface CommandTree {
  readonly name: string;
  readonly description: string;
  readonly flags: readonly {
    readonly name: string;
    readonly description: string;
    readonly value: boolean;
    /** All that its value can be; none: any text, or a file. */
    readonly choices: readonly string[];
  }[];
  /** All that its first word can be; none: any text, or a file. */
  readonly choices: readonly string[];
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
  const all = commands.flatMap((command) => [
    { path: command.name, command },
    ...command.subCommands.map((inner) => ({ path: `${command.name} ${inner.name}`, command: inner })),
  ]);
  const cases = all.map(({ path, command }) =>
    command.subCommands.length > 0
      ? `    "${path}") words="${namesOf(command.subCommands)}" ;;`
      : `    "${path}") flags="${flagsOf(command)}" words="${command.choices.join(" ")}" ;;`,
  );
  const values = all.flatMap(({ path, command }) => {
    const given = command.flags.filter(({ value }) => value);
    const free = given.filter(({ choices }) => choices.length === 0).map(({ name }) => `"${path} --${name}"`);
    return [
      ...given
        .filter(({ choices }) => choices.length > 0)
        .map(({ name, choices }) => `    "${path} --${name}") flags="" words="${choices.join(" ")}" ;;`),
      ...(free.length > 0 ? [`    ${free.join("|")}) flags="" words="" ;;`] : []),
    ];
  });
  const groups = commands.filter(({ subCommands }) => subCommands.length > 0).map(({ name }) => name);
  // Without words the shell completes names of files.
  return `# loadcast completion bash > ~/.local/share/bash-completion/completions/loadcast
_loadcast() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path=\${COMP_WORDS[1]} words="" flags=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${namesOf(commands)} --help --version" -- "$current"))
    return
  fi
  [ "$current" = "=" ] && current=""
  [ "$previous" = "=" ] && previous=\${COMP_WORDS[COMP_CWORD-2]}
  case "$path" in
    ${groups.join("|")}) [ "$COMP_CWORD" -gt 2 ] && path="$path \${COMP_WORDS[2]}" ;;
  esac
  case "$path" in
${cases.join("\n")}
  esac
  case "$path $previous" in
${values.join("\n")}
  esac
  case "$current" in
    -*) words="$flags" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _loadcast loadcast
`;
}

/** What stands between quotes of zsh and fish. */
const quoted = (text: string) => text.replace(/'/g, "’").replace(/[[\]:\\]/g, "\\$&");

function zsh(commands: readonly CommandTree[]): string {
  const actionOf = (choices: readonly string[]) => (choices.length > 0 ? `(${choices.join(" ")})` : "_files");
  const wordsOf = ({ choices }: CommandTree) =>
    choices.length > 0 ? `'1:word:${actionOf(choices)}'` : "'*:file:_files'";
  const argumentsOf = (command: CommandTree) =>
    [...command.flags, { name: "help", description: "show how it is used", value: false, choices: [] }]
      .map(({ name, description, value, choices }) =>
        value
          ? `'--${name}=[${quoted(description)}]:value:${actionOf(choices)}'`
          : `'--${name}[${quoted(description)}]'`,
      )
      .join(" ");
  const describe = (list: readonly CommandTree[]) =>
    list.map(({ name, description }) => `'${name}:${quoted(description)}'`).join(" ");
  const cases = commands.map((command) =>
    command.subCommands.length === 0
      ? `    ${command.name}) _arguments ${argumentsOf(command)} ${wordsOf(command)} ;;`
      : `    ${command.name})
      if (( CURRENT == 2 )); then
        local -a inner=(${describe(command.subCommands)})
        _describe command inner
        return
      fi
      shift words
      (( CURRENT-- ))
      case "$words[1]" in
${command.subCommands.map((inner) => `        ${inner.name}) _arguments ${argumentsOf(inner)} ${wordsOf(inner)} ;;`).join("\n")}
      esac ;;`,
  );
  // _arguments takes the first word for the command and counts those after it: so the words before are taken off.
  return `#compdef loadcast
# loadcast completion zsh > "\${fpath[1]}/_loadcast"
_loadcast() {
  if (( CURRENT == 2 )); then
    local -a commands=(${describe(commands)} '--help:Show all commands' '--version:Print the version')
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case "$words[1]" in
${cases.join("\n")}
  esac
}
# Found in fpath this file is run in place of the function at its first use; sourced it is run once.
if [ "$funcstack[1]" = _loadcast ]; then
  _loadcast "$@"
else
  compdef _loadcast loadcast
fi
`;
}

function fish(commands: readonly CommandTree[]): string {
  const text = (words: string) => `'${words.replace(/\\/g, "\\\\").replace(/'/g, "\\'")}'`;
  const lines = [
    "# loadcast completion fish > ~/.config/fish/completions/loadcast.fish",
    "complete -c loadcast -l help -d 'show how it is used'",
    "complete -c loadcast -n __fish_use_subcommand -l version -d 'print the version'",
    ...commands.map(
      ({ name, description }) => `complete -c loadcast -n __fish_use_subcommand -f -a ${name} -d ${text(description)}`,
    ),
  ];
  const flags = (command: CommandTree, when: string) => {
    if (command.choices.length > 0) {
      lines.push(`complete -c loadcast -n ${text(when)} -f -a ${text(command.choices.join(" "))}`);
    }
    for (const { name, description, value, choices } of command.flags) {
      const what = !value ? "" : choices.length > 0 ? ` -x -a ${text(choices.join(" "))}` : " -r";
      lines.push(`complete -c loadcast -n ${text(when)} -l ${name}${what} -d ${text(description)}`);
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
