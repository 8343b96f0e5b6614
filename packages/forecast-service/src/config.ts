import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { z } from "zod";
import { parseDuration } from "./duration.js";
import { describeError, usageError } from "./errors.js";
import { LOG_LEVELS } from "./log.js";

const duration = (min: string, max: string) =>
  z
    .unknown()
    .refine((value) => {
      const millis = parseDuration(value);
      return millis !== null && millis >= (parseDuration(min) ?? 0) && millis <= (parseDuration(max) ?? Infinity);
    })
    .transform((value) => parseDuration(value) as number)
    .meta({ expects: `a duration from ${min} to ${max}, such as 15s, 5m, 1h or 7d` });

/** Environment and flags bring text; a YAML file brings the types themselves. */
const whole = (min: number, max: number, extra = "") =>
  z
    .preprocess(
      (value) => (typeof value === "string" && /^\d+$/.test(value.trim()) ? Number(value) : value),
      z.unknown(),
    )
    .refine((value): value is number => Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
    .transform((value) => value as number)
    .meta({ expects: `a whole number from ${min} to ${max}${extra}` });

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];
const yesNo = z
  .unknown()
  .refine((value) => typeof value === "boolean" || [...TRUE, ...FALSE].includes(String(value).trim().toLowerCase()))
  .transform((value) => value === true || TRUE.includes(String(value).trim().toLowerCase()))
  .meta({ expects: "true or false" });

const text = (expects: string) => z.string().trim().min(1).meta({ expects });

/** Every setting there is. Whatever changes here changes what a user can write: keep the words under `expects` true. */
const configSchema = z.strictObject({
  host: text("a host name or address to listen on, such as 127.0.0.1").default("127.0.0.1"),
  port: whole(0, 65_535, "; 0 picks a free port").default(8080),
  data: text("a folder for the store, such as ./data").default("./data"),
  demo: yesNo.default(true),
  log: z
    .enum(LOG_LEVELS)
    .meta({ expects: `one of ${LOG_LEVELS.join(", ")}` })
    .default("info"),
  threads: whole(1, 256, ": how many models are fitted at the same time").default(() =>
    Math.max(2, Math.min(8, availableParallelism() - 1)),
  ),
  intervals: z
    .strictObject({
      collect: duration("250ms", "1h").default(15_000),
      infer: duration("1s", "1d").default(300_000),
      train: duration("1m", "30d").default(3_600_000),
    })
    .meta({ expects: "a group with collect, infer and train" })
    .prefault({}),
  training: z
    .strictObject({ history: duration("6h", "60d").default(7 * 86_400_000) })
    .meta({ expects: "a group with history" })
    .prefault({}),
});

export type Config = z.output<typeof configSchema>;

/** The environment variable of each setting, by its path in the file. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  host: "LOADCAST_HOST",
  port: "LOADCAST_PORT",
  data: "LOADCAST_DATA",
  demo: "LOADCAST_DEMO",
  log: "LOADCAST_LOG",
  threads: "LOADCAST_THREADS",
  "intervals.collect": "LOADCAST_COLLECT_INTERVAL",
  "intervals.infer": "LOADCAST_INFER_INTERVAL",
  "intervals.train": "LOADCAST_TRAIN_INTERVAL",
  "training.history": "LOADCAST_TRAINING_HISTORY",
};

export interface ConfigInput {
  env?: Readonly<Record<string, string | undefined>>;
  /** A YAML file; default: LOADCAST_CONFIG, else none. */
  file?: string | undefined;
  /** Settings from the command line by their path, already named as the user wrote them: { port: ["--port", "8081"] }. */
  flags?: Readonly<Record<string, readonly [flag: string, value: unknown]>>;
}

/**
 * Reads all settings. Precedence: flags, environment, file, defaults. `data` comes back as an absolute path.
 *
 * @throws LoadcastError `BAD_SETTING` (exit code 2): one line that names the setting, its value and what it must be.
 */
export function loadConfig({ env = {}, file = env.LOADCAST_CONFIG, flags = {} }: ConfigInput = {}): Config {
  const merged: Record<string, unknown> = file ? readConfigFile(file) : {};
  const origins = new Map<string, string>();
  const set = (path: string, origin: string, value: unknown) => {
    const [group, key] = path.split(".") as [string, string | undefined];
    if (key === undefined) merged[group] = value;
    else {
      const inner = merged[group];
      merged[group] = { ...(isRecord(inner) ? inner : {}), [key]: value };
    }
    origins.set(path, origin);
  };
  for (const [path, name] of Object.entries(ENVIRONMENT)) {
    if (env[name] !== undefined) set(path, name, env[name]);
  }
  for (const [path, [flag, value]] of Object.entries(flags)) {
    if (value !== undefined) set(path, flag, value);
  }

  const result = configSchema.safeParse(merged);
  if (!result.success) {
    throw badSetting(result.error.issues[0] as z.core.$ZodIssue, merged, origins, file);
  }
  return { ...result.data, data: resolve(result.data.data) };
}

function badSetting(
  issue: z.core.$ZodIssue,
  merged: Record<string, unknown>,
  origins: ReadonlyMap<string, string>,
  file: string | undefined,
) {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const name = [...issue.path, issue.keys[0]].join(".");
    return usageError(
      `${name} in ${file} is not a setting; there are: ${Object.keys(ENVIRONMENT).join(", ")}`,
      "BAD_SETTING",
    );
  }
  const value = issue.path.reduce<unknown>((at, key) => (isRecord(at) ? at[String(key)] : undefined), merged);
  const origin = origins.get(path) ?? `${path} in ${file}`;
  return usageError(
    `${origin} is ${JSON.stringify(value) ?? "not set"}; it must be ${expects(issue.path)}`,
    "BAD_SETTING",
  );
}

/** The words of the schema at a path. */
function expects(path: readonly PropertyKey[]): string {
  let schema: unknown = configSchema;
  let words = "a valid setting";
  for (const key of path) {
    const shape = (unwrap(schema) as z.ZodObject).shape;
    schema = shape?.[String(key)];
    for (let at = schema; at; at = inner(at)) {
      const meta = (at as z.ZodType).meta?.() as { expects?: string } | undefined;
      if (meta?.expects) words = meta.expects;
    }
  }
  return words;
}

const inner = (schema: unknown): unknown => (schema as { def?: { innerType?: unknown } }).def?.innerType;
function unwrap(schema: unknown): unknown {
  let at = schema;
  while (inner(at)) at = inner(at);
  return at;
}

function readConfigFile(file: string): Record<string, unknown> {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    throw usageError(`the configuration file ${file} cannot be read: ${describeError(error)}`, "BAD_SETTING");
  }
  let document: unknown;
  try {
    document = parseYaml(source);
  } catch (error) {
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const where = at ? ` (line ${at.line}, column ${at.col})` : "";
    const words = describeError(error).split(" at line ")[0];
    throw usageError(`the configuration file ${file} is not valid YAML${where}: ${words}`, "BAD_SETTING");
  }
  if (document === null || document === undefined) return {};
  if (!isRecord(document)) {
    throw usageError(`the configuration file ${file} must hold settings such as "port: 8080"`, "BAD_SETTING");
  }
  return { ...document };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Variables that look like settings and are none: most often a spelling mistake. */
export function unknownVariables(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set([...Object.values(ENVIRONMENT), "LOADCAST_CONFIG", "LOADCAST_DEBUG"]);
  return Object.keys(env).filter((name) => name.startsWith("LOADCAST_") && !known.has(name));
}
