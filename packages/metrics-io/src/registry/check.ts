import { AdapterError } from "../errors.js";
import type { Artifact, NewVersion, RegistryLimits, TrainingRun, VersionOrAlias } from "../registry.js";

/** The artifact that holds the model of a version. */
export const DOCUMENT_PATH = "model.json";

/** A training as it is kept: values as text, finite metrics, bodies as bytes. */
export interface CheckedTraining {
  readonly model: string;
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly status: "finished" | "failed";
  readonly parameters: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly artifacts: readonly CheckedArtifact[];
}

export interface CheckedArtifact {
  readonly path: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** What every registry refuses and how it says so. One object for each adapter, so that errors carry its name. */
export interface RegistryChecks {
  model(model: unknown): void;
  key(key: unknown): void;
  training(run: TrainingRun): CheckedTraining;
  /** The document as the artifact that keeps it. */
  document(version: NewVersion): CheckedArtifact;
  which(which: VersionOrAlias): void;
  version(version: unknown): void;
  alias(alias: unknown): void;
  tags(tags: unknown): Readonly<Record<string, string>>;
  limit(limit: unknown): void;
  limits(limits: RegistryLimits): CheckedRegistryLimits;
}

/** With −∞ or ∞ for what is left out. */
export type CheckedRegistryLimits = Required<RegistryLimits>;

const MAX_NAME = 200;
const MAX_TEXT = 500;
const MAX_TAG = 5000;
/** Slashes stand between parts, and a part begins with a letter, a digit or "_": so "." and ".." are none. */
const PATH = /^[\w][\w.\- ]*(\/[\w][\w.\- ]*)*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\u0000-\u001f\u007f]/;
/** With the flag u, halves of a pair match only where the other half is missing; UTF-8 cannot hold those. */
const LONE_SURROGATE = /\p{Surrogate}/u;
const CONTENT_TYPE = /^[\w.+-]+\/[\w.+-]+(;[\x20-\x7e]*)?$/;

export function registryChecks(adapter: string): RegistryChecks {
  const refuse = (what: string, problem: string, value: unknown): never => {
    const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : String(value);
    throw new AdapterError(adapter, `${what} ${problem}, got ${shown}`, { code: "INVALID_ARGUMENT" });
  };

  const text = (what: string, value: unknown, longest: number): string => {
    if (typeof value !== "string") return refuse(what, "must be a text", value);
    if (value.length > longest) refuse(what, `must have at most ${longest} characters`, value);
    if (value.includes("\0") || LONE_SURROGATE.test(value)) refuse(what, "must be well-formed text without NUL", value);
    return value;
  };
  const line = (what: string, value: unknown): void => {
    const checked = text(what, value, MAX_TEXT);
    if (checked === "" || CONTROL.test(checked)) refuse(what, "must not be empty nor have control characters", value);
  };
  const name = (what: string, value: string): void => {
    if (value.length > MAX_NAME || !PATH.test(value)) {
      refuse(what, `must be 1 to ${MAX_NAME} letters, digits, "_", "-", ".", spaces and slashes between them`, value);
    }
  };
  const record = (what: string, value: unknown): [string, unknown][] => {
    if (typeof value !== "object" || value === null) refuse(what, "must be an object", value);
    const entries = Object.entries(value as object);
    for (const [key] of entries) name(`the name of one of the ${what}`, key);
    return entries;
  };
  const time = (what: string, value: unknown): number => {
    if (typeof value !== "number" || !(Math.abs(value) <= 8.64e15)) {
      refuse(what, "must be a time in milliseconds since 1970", value);
    }
    return Math.round(value as number) + 0; // −0 is 0
  };
  const count = (what: string, value: unknown): void => {
    if (!(Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) < 2 ** 31)) {
      refuse(what, "must be a whole number ≥ 1", value);
    }
  };

  const checks: RegistryChecks = {
    model: (model) => line("model", model),
    key: (key) => line("key", key),
    training(run) {
      checks.model(run?.model);
      checks.key(run.key);
      if (run.status !== "finished" && run.status !== "failed") {
        refuse("status", 'must be "finished" or "failed"', run.status);
      }
      const parameters = record("parameters", run.parameters).map(([key, value]) => {
        if (!["string", "number", "boolean"].includes(typeof value)) {
          refuse(`parameter ${key}`, "must be a text, a number or a boolean", value);
        }
        return [key, text(`parameter ${key}`, String(value), 1_000_000)] as const;
      });
      const metrics = record("metrics", run.metrics).flatMap(([key, value]) => {
        if (typeof value !== "number") refuse(`metric ${key}`, "must be a number", value);
        return Number.isFinite(value) ? [[key, (value as number) + 0] as const] : [];
      });
      return {
        model: run.model,
        key: run.key,
        startedAt: time("startedAt", run.startedAt),
        endedAt: time("endedAt", run.endedAt),
        status: run.status,
        parameters: Object.fromEntries(parameters),
        metrics: Object.fromEntries(metrics),
        tags: checks.tags(run.tags ?? {}),
        artifacts: artifacts(run.artifacts ?? []),
      };
    },
    document(version) {
      if (version.status !== "finished") refuse("status", 'of a version must be "finished"', version.status);
      if (typeof version.document !== "string" || LONE_SURROGATE.test(version.document)) {
        refuse("document", "must be well-formed text", version.document);
      }
      return { path: DOCUMENT_PATH, contentType: "application/json", body: Buffer.from(version.document, "utf8") };
    },
    which: (which) => (typeof which === "number" ? checks.version(which) : checks.alias(which)),
    version: (version) => count("version", version),
    alias(alias) {
      if (typeof alias !== "string" || !/^[\w-]{1,100}$/.test(alias) || /^(latest|v?\d+)$/i.test(alias)) {
        refuse("alias", 'must be letters, digits, "_" and "-", not "latest", no number and no "v" and a number', alias);
      }
    },
    tags(tags) {
      return Object.fromEntries(
        record("tags", tags).map(([key, value]) => [key, text(`tag ${key}`, value, MAX_TAG)] as const),
      );
    },
    limit: (limit) => count("limit", limit),
    limits({ runsBefore = -Infinity, versions = Infinity, followed = Infinity, models = [] }) {
      if (versions !== Infinity) count("versions", versions);
      if (followed !== Infinity && !(Number.isSafeInteger(followed) && followed >= 0)) {
        refuse("followed", "must be the number of a change, or 0", followed);
      }
      if (!Array.isArray(models)) refuse("models", "must be a list of names", models);
      return {
        runsBefore: runsBefore === -Infinity ? runsBefore : time("runsBefore", runsBefore),
        versions,
        followed,
        models: models.map((name) => text("a model's name", name, MAX_TEXT)),
      };
    },
  };

  const artifacts = (list: readonly Artifact[]): CheckedArtifact[] => {
    const checked = list.map(({ path, contentType, body }) => {
      if (typeof path !== "string") refuse("an artifact's path", "must be a text", path);
      name("an artifact's path", path);
      if (typeof contentType !== "string" || contentType.length > MAX_NAME || !CONTENT_TYPE.test(contentType)) {
        refuse(`contentType of ${path}`, 'must be one such as "image/svg+xml"', contentType);
      }
      if (typeof body === "string") return { path, contentType, body: Buffer.from(body, "utf8") };
      if (!(body instanceof Uint8Array)) refuse(`body of ${path}`, "must be a text or bytes", body);
      return { path, contentType, body: Uint8Array.from(body) };
    });
    // A path must not be a file and a folder at once, where artifacts are files.
    const paths = [DOCUMENT_PATH, ...checked.map(({ path }) => path)].map((path) => `${path}/`).sort();
    const clash = paths.find((path, i) => i > 0 && path.startsWith(paths[i - 1]));
    if (clash !== undefined) {
      refuse("artifacts", `must have paths of their own, and none is "${DOCUMENT_PATH}"`, clash.slice(0, -1));
    }
    return checked;
  };

  return checks;
}
