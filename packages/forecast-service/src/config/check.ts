import { dirname, resolve } from "node:path";
import { z } from "zod";
import { shortToken } from "./access.js";
import { isRecord, readDocument } from "./document.js";
import { fromEnvironment, type UnknownVariable, unknownVariables, type Variables } from "./environment.js";
import { type ConfigProblem, explainIssue, fieldName, type Origins, problemAt } from "./problems.js";
import { type Config, configSchema } from "./schema.js";
import { readSecretFiles } from "./secret-files.js";

export interface ConfigInput {
  env?: Variables;
  /** A YAML file; default: LOADCAST_CONFIG, else none. */
  file?: string | undefined;
  /** Settings from the command line by their path, already named as the user wrote them: { port: ["--port", "8081"] }. */
  flags?: Readonly<Record<string, readonly [flag: string, value: unknown]>>;
}

/** What people keep in the file for themselves, such as what anchors stand for. */
const OWN = /^x-/;

/** All settings, or all that is wrong with them. */
export type CheckedConfig = {
  /** Variables that look like settings and are none. */
  readonly unknown: readonly UnknownVariable[];
} & (
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly ConfigProblem[] }
);

/** Reads all settings. Precedence: flags, environment, file, defaults. Paths come out absolute, secrets read from their files. */
export function checkConfig({ env = {}, file = env.LOADCAST_CONFIG, flags = {} }: ConfigInput = {}): CheckedConfig {
  const document = file ? readDocument(file) : null;
  if (Array.isArray(document)) {
    const problems = document.map(({ message, position }) => ({
      field: "",
      origin: file ?? "",
      line: position?.line ?? null,
      column: position?.column ?? null,
      message,
    }));
    return { unknown: unknownVariables(env), config: null, problems };
  }
  const values = document?.values ?? {};
  const unknown = unknownVariables(env, values);
  const merged = structuredClone(values) as Record<string, unknown>;
  for (const key of Object.keys(merged)) if (OWN.test(key)) delete merged[key];
  const set = new Map<string, string>();
  const put = (path: readonly (string | number)[], origin: string, value: unknown) => {
    place(merged, path, value);
    set.set(fieldName(path), origin);
  };
  for (const { variable, path, value } of fromEnvironment(env, values)) {
    dropOther(merged, path, set);
    put(path, variable, value);
  }
  for (const [path, [flag, value]] of Object.entries(flags)) {
    if (value !== undefined) put(path.split("."), flag, value);
  }

  const origins: Origins = { file, document, set, merged };
  const beside = file ? dirname(resolve(file)) : process.cwd();
  const folderOf = (path: readonly (string | number)[]) => (set.has(fieldName(path)) ? process.cwd() : beside);
  const problems = readSecretFiles(merged, folderOf).map(({ path, message }) => problemAt(path, message, origins));
  const result = configSchema.safeParse(merged);
  if (!result.success) {
    for (const issue of result.error.issues)
      problems.push(...explainIssue(issue, origins, (path) => keysAt(path, merged)));
    return { unknown, config: null, problems: inOrder(problems) };
  }
  for (const { path, says } of secretProblems(result.data)) problems.push(problemAt(path, says, origins));
  if (problems.length > 0) return { unknown, config: null, problems: inOrder(problems) };
  const config = result.data;
  const onlyThisMachine = config.sources.every(({ kind }) => kind === "host");
  return {
    unknown,
    config: {
      ...config,
      data: resolve(config.data),
      demo: config.demo ?? onlyThisMachine,
      sources: config.sources.map((source) =>
        "path" in source ? { ...source, path: resolve(beside, source.path) } : source,
      ),
    },
    problems: [],
  };
}

/** A variable with a secret takes the place of the file's name for it, and the other way round. */
function dropOther(
  merged: Record<string, unknown>,
  path: readonly (string | number)[],
  set: ReadonlyMap<string, string>,
) {
  const key = String(path.at(-1));
  const other = key.endsWith("File") ? key.slice(0, -4) : `${key}File`;
  if (!/^(token|password)(File)?$/.test(key) || set.has(fieldName([...path.slice(0, -1), other]))) return;
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], merged);
  if (isRecord(parent)) delete parent[other];
}

function place(target: Record<string, unknown>, path: readonly (string | number)[], value: unknown): void {
  let at: Record<string | number, unknown> = target;
  for (const key of path.slice(0, -1)) {
    if (typeof at[key] !== "object" || at[key] === null) at[key] = {};
    at = at[key] as Record<string | number, unknown>;
  }
  at[path.at(-1) as string | number] = value;
}

/** What can only be said once the files are read. */
function secretProblems(
  config: Pick<Config, "sources" | "sinks" | "auth">,
): { path: (string | number)[]; says: string }[] {
  const found: { path: (string | number)[]; says: string }[] = [];
  const check = (token: string | undefined, path: (string | number)[], needed: boolean) => {
    if (token === undefined && needed) found.push({ path, says: "is not set; give token or tokenFile" });
    if (token !== undefined && shortToken(token)) {
      found.push({ path: [...path, "token"], says: "is too short; it must have at least 16 characters" });
    }
  };
  for (const section of ["sources", "sinks"] as const) {
    config[section].forEach((entry, i) => {
      if (entry.kind === "influxdb" && entry.token === undefined && entry.tokenFile === undefined) {
        found.push({ path: [section, i], says: "has no token; give token or tokenFile" });
      }
    });
  }
  check(config.auth.token, ["auth"], false);
  // Of a file that could not be read that is said already.
  config.auth.tokens.forEach(({ token, tokenFile }, i) => {
    check(token, ["auth", "tokens", i], tokenFile === undefined);
  });
  return found;
}

/** Problems as they come in the file, those of variables and flags first. */
function inOrder(problems: ConfigProblem[]): ConfigProblem[] {
  return problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** The settings that the group at a path can have; in an entry of a known kind, those of that kind. */
function keysAt(path: readonly PropertyKey[], merged: unknown): string[] {
  let schemas = kindsOf(configSchema, merged);
  let value = merged;
  for (const key of path) {
    value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
    schemas = schemas.flatMap((schema) => {
      if (schema instanceof z.ZodObject) return kindsOf(schema.shape[String(key)], value);
      if (schema instanceof z.ZodArray) return kindsOf(schema.element, value);
      return schema instanceof z.ZodRecord ? kindsOf(schema.valueType, value) : [];
    });
  }
  return [...new Set(schemas.flatMap((schema) => (schema instanceof z.ZodObject ? Object.keys(schema.shape) : [])))];
}

/** What is left of a schema without defaults and transformations; of a union, the options that the value's kind leaves. */
function kindsOf(schema: unknown, value: unknown): unknown[] {
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.flatMap((option) => kindsOf(option, value));
    const kind = isRecord(value) ? value.kind : undefined;
    const chosen = options.filter(
      (option) => option instanceof z.ZodObject && option.shape.kind?.safeParse(kind).success,
    );
    return chosen.length > 0 ? chosen : options;
  }
  if (schema instanceof z.ZodPipe) return [...kindsOf(schema.in, value), ...kindsOf(schema.out, value)];
  const inner = (schema as { def?: { innerType?: unknown } } | undefined)?.def?.innerType;
  return inner === undefined ? [schema] : kindsOf(inner, value);
}
