import { ENVIRONMENT, NAMED_ENTRIES } from "./environment.js";
import { configJsonSchema } from "./json-schema.js";
import { FIXED_SECTIONS, LIVE_SECTIONS } from "./live.js";

interface Schema {
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly required?: readonly string[];
}

const BEFORE = `# Configuration

<!-- Made by \`loadcast config reference\`; change the words in packages/forecast-service/src/config/. -->

Loadcast needs no configuration: \`npm start\` watches this machine. Settings come from, in this order: flags (\`--port\`), environment
variables, a YAML file (\`--config FILE\` or \`LOADCAST_CONFIG\`), and the defaults below.

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/@loadcast/forecast-service/config.schema.json
sources:
  - kind: prometheus
    url: http://127.0.0.1:9090
    match: { job: node }
sinks:
  - kind: prometheus
  - kind: influxdb
    url: http://127.0.0.1:8086
    org: ops
    bucket: forecasts
    tokenFile: influxdb-token
series:
  - match: { host: "web-*", metric: cpu_percent }
    threshold: 75
  - match: { host: "test-*" }
    ignore: true
\`\`\`

- \`loadcast config check --config FILE\` prints all settings in force, or every problem with its line and column. It exits with 2 when
  there is one; \`--json\` is for programs.
- \`loadcast config schema\` prints the JSON Schema. The line at the top of the example gives editors with YAML support completion and
  checks.
- Durations are \`250ms\`, \`15s\`, \`5m\`, \`1h\`, \`7d\` or \`2w\`; a number alone counts seconds. Sizes are \`512kB\` or \`4MB\`.
- Patterns: \`*\` stands for any characters, \`?\` for one; a leading \`!\` means everything but.
- Secrets are best kept in files: wherever there is \`token\` or \`password\` there is \`tokenFile\` or \`passwordFile\`, and every variable of
  a secret has one with \`_FILE\` at its end. A relative name in the file begins at the folder of the configuration file.
- Anchors, aliases and merges (\`<<: *name\`) work; keys at the top that begin with \`x-\` are left alone and may hold what they stand for.

## Reload

\`kill -HUP\` reads the settings again. If anything is wrong the old ones stay in force and the log says what. These sections change
while the service runs, without losing work: ${LIVE_SECTIONS.map(code).join(", ")}.
After a change of \`intervals\` the next start of each job is the first of the new rhythm: a run that is under way goes on, and one that
is due already is not left out.

These wait for the next start, and the log names them when they differ:
${FIXED_SECTIONS.map(code).join(", ")}.
They belong to what is opened at the start: the store, the port, the threads or the queue, and the connections of sinks with what waits
for them in the data folder. Variables of the environment and flags are those of the process and win over the file, so only what files
say can change, those of secrets included.

## Settings
`;

/** docs/configuration.md: every setting with its default and its variable, from the words of the schema. */
export function configReference(): string {
  const { properties = {} } = configJsonSchema() as Schema;
  const scalars = Object.entries(properties).filter(([, schema]) => isLeaf(schema));
  const groups = Object.entries(properties).filter(([, schema]) => !isLeaf(schema));
  const parts = [BEFORE, table(scalars, "", ["host"])];
  for (const [name, schema] of groups) parts.push(section(name, withoutNull(schema)));
  parts.push(variablesOfEntries());
  return `${parts.join("\n")}`;
}

function section(name: string, schema: Schema): string {
  const lines = [`### ${name}\n`, `${schema.description}\n`];
  const item = schema.items;
  if (item?.oneOf) {
    if (Array.isArray(schema.default)) lines.push(`Default: ${code(schema.default)}\n`);
    for (const kind of item.oneOf) {
      lines.push(`#### kind: ${String(kind.properties?.kind?.const)}\n`, `${kind.description}\n`);
      lines.push(table(rows(kind, ""), `${name}[].`, kind.required ?? []));
    }
  } else if (item) lines.push(table(rows(item, ""), `${name}[].`, item.required ?? []));
  else if (schema.properties) lines.push(table(rows(schema, ""), `${name}.`, schema.required ?? []));
  else lines.push(`Default: ${code(schema.default)}\n`);
  return lines.join("\n");
}

/** The settings of a group, those of the groups within it as `group.setting`. */
function rows(schema: Schema, prefix: string): [string, Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, outer]): [string, Schema][] => {
    if (key === "kind" && outer.const !== undefined) return [];
    const inner = withoutNull(outer);
    if (inner.properties) return rows(inner, `${prefix}${key}.`);
    if (inner.items?.properties) return [[`${prefix}${key}`, inner], ...rows(inner.items, `${prefix}${key}[].`)];
    return [[`${prefix}${key}`, { ...inner, ...(outer.description ? { description: outer.description } : {}) }]];
  });
}

function table(entries: readonly [string, Schema][], path: string, required: readonly string[]): string {
  const lines = ["| setting | default | |", "|---|---|---|"];
  for (const [name, schema] of entries) {
    const variable = ENVIRONMENT[path + name];
    const choices = schema.enum ? ` One of ${schema.enum.map(code).join(", ")}.` : "";
    const from = variable === undefined ? "" : ` \`${variable}\``;
    const fallback = schema.default !== undefined ? code(schema.default) : required.includes(name) ? "**needed**" : "";
    const words = `${schema.description ?? ""}${choices}${from}`.replaceAll("|", "\\|");
    lines.push(`| \`${name}\` | ${fallback} | ${words} |`);
  }
  return `${lines.join("\n")}\n`;
}

function variablesOfEntries(): string {
  const lines = [
    "### Variables for entries of lists\n",
    "An entry of a list has a name (its kind where it has no other), and its name in capital letters, with `_` for `-`, is part of its",
    "variables.\n",
    "| list | variables |",
    "|---|---|",
  ];
  for (const { path, word, keys } of NAMED_ENTRIES) {
    const names = keys.map((key) => `\`LOADCAST_${word}_<NAME>_${key.toUpperCase()}\``);
    lines.push(`| \`${path.join(".")}\` | ${names.join(", ")} |`);
  }
  return `${lines.join("\n")}\n`;
}

function isLeaf(schema: Schema): boolean {
  const inner = withoutNull(schema);
  return !inner.properties && !inner.items && typeof inner.additionalProperties !== "object";
}

/** The schema of what a setting is where it is not null. */
function withoutNull(schema: Schema): Schema {
  const options = (schema.anyOf ?? []).filter(({ type }) => type !== "null");
  return options.length === 1 && schema.anyOf?.length === 2 ? { ...schema, ...options[0] } : schema;
}

function code(value: unknown): string {
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}
