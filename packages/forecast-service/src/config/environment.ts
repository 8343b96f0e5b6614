import { nearest } from "./nearest.js";

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
  "training.model": "LOADCAST_TRAINING_MODEL",
  "mlflow.url": "LOADCAST_MLFLOW_URL",
  "mlflow.experiment": "LOADCAST_MLFLOW_EXPERIMENT",
  "mlflow.username": "LOADCAST_MLFLOW_USERNAME",
  "mlflow.password": "LOADCAST_MLFLOW_PASSWORD",
  "mlflow.token": "LOADCAST_MLFLOW_TOKEN",
  "executor.kind": "LOADCAST_EXECUTOR",
  "executor.redis.url": "LOADCAST_REDIS_URL",
  "executor.redis.username": "LOADCAST_REDIS_USERNAME",
  "executor.redis.password": "LOADCAST_REDIS_PASSWORD",
  "retention.raw": "LOADCAST_RETENTION_RAW",
  "retention.downsampled": "LOADCAST_RETENTION_DOWNSAMPLED",
  "retention.versions": "LOADCAST_RETENTION_VERSIONS",
  "retention.runs": "LOADCAST_RETENTION_RUNS",
  "auth.token": "LOADCAST_TOKEN",
  "auth.allowAnonymous": "LOADCAST_ALLOW_ANONYMOUS",
};

/** Lists whose entries have names, the word for one of them in variables, and what a variable may set. */
export const NAMED_ENTRIES = [
  { path: ["sources"], word: "SOURCE", keys: ["url", "username", "password", "token"] },
  { path: ["sinks"], word: "SINK", keys: ["url", "username", "password", "token"] },
  { path: ["auth", "tokens"], word: "AUTH", keys: ["token"] },
] as const;

/** Settings that a file may hold, which NAME_FILE names. */
const SECRETS = ["token", "password"];

export type Variables = Readonly<Record<string, string | undefined>>;

/** One setting that a variable gives: `path` is where it goes in the document. */
export interface FromVariable {
  readonly variable: string;
  readonly path: readonly (string | number)[];
  readonly value: string;
}

/** What the environment sets, the entries of `document`'s lists included. */
export function fromEnvironment(env: Variables, document: Readonly<Record<string, unknown>>): FromVariable[] {
  const found: FromVariable[] = [];
  const look = (variable: string, path: readonly (string | number)[]) => {
    const value = env[variable];
    if (value !== undefined) found.push({ variable, path, value });
    const key = String(path.at(-1));
    const file = env[`${variable}_FILE`];
    if (SECRETS.includes(key) && file !== undefined) {
      found.push({ variable: `${variable}_FILE`, path: [...path.slice(0, -1), `${key}File`], value: file });
    }
  };
  for (const [path, variable] of Object.entries(ENVIRONMENT)) look(variable, path.split("."));
  for (const { path, word, keys } of NAMED_ENTRIES) {
    const entries = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    if (!Array.isArray(entries)) continue;
    entries.forEach((entry: { name?: unknown; kind?: unknown } | null, i) => {
      const name = entry?.name ?? entry?.kind;
      if (typeof name !== "string") return;
      for (const key of keys) look(`LOADCAST_${word}_${variablePart(name)}_${key.toUpperCase()}`, [...path, i, key]);
    });
  }
  return found;
}

/** "influx-eu" → "INFLUX_EU" */
function variablePart(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}

/** Variables of the program that are no settings of it. */
const OTHERS = ["LOADCAST_CONFIG", "LOADCAST_DEBUG", "LOADCAST_URL"];

export interface UnknownVariable {
  readonly name: string;
  /** The variable that was most likely meant; null where none is near. */
  readonly meant: string | null;
}

/** Variables that look like settings and are none: most often a spelling mistake. */
export function unknownVariables(env: Variables, document: Readonly<Record<string, unknown>> = {}): UnknownVariable[] {
  const known = new Set([...Object.values(ENVIRONMENT), ...OTHERS]);
  for (const [path, variable] of Object.entries(ENVIRONMENT)) {
    if (SECRETS.includes(path.split(".").at(-1) ?? "")) known.add(`${variable}_FILE`);
  }
  for (const { variable } of fromEnvironment(env, document)) known.add(variable);
  return Object.keys(env)
    .filter((name) => name.startsWith("LOADCAST_") && !known.has(name))
    .map((name) => ({ name, meant: nearest(name, [...known]) }));
}
