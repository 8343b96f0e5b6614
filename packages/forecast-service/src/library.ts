import {
  AdapterError,
  type AdapterErrorCode,
  type ModelAliases,
  type ModelRegistry,
  type ModelVersion,
} from "@loadcast/metrics-io";
import { LoadcastError } from "./errors.js";
import type { EventBus } from "./events.js";
import type { Executor } from "./executor/executor.js";
import type { ModelEntry, ModelVersionEntry } from "./http/contract.js";
import { CHALLENGER, CHAMPION, promote, versionBefore, versionName } from "./pipeline/register.js";
import { describeVersion } from "./pipeline/training-record.js";
import type { ModelLibrary } from "./questions.js";
import { parseTried } from "./tried-models.js";

/** What the registry holds, in the words of the API; promotes and rolls back. */
export function createLibrary(options: {
  registry: ModelRegistry;
  executor: Pick<Executor, "run">;
  events: EventBus;
  /** Another version makes the forecasts of a series from now on. */
  championChanged: (series: string) => Promise<void>;
}): ModelLibrary {
  const { registry, executor, events, championChanged } = options;

  const latest = async (name: string): Promise<ModelVersion> => {
    const [version] = await registry.versions(name, { limit: 1 });
    if (!version) {
      throw new LoadcastError(
        "UNKNOWN_MODEL",
        `there is no model ${JSON.stringify(name)}; GET /api/v1/models names those known, and so does \`loadcast models list\``,
        { exitCode: 2 },
      );
    }
    return version;
  };

  const find = async (name: string, which: number | string): Promise<ModelVersion> => {
    const newest = await latest(name);
    // A word that cannot be an alias is one that is not there.
    const found = await registry.version(name, which).catch(unless("INVALID_ARGUMENT"));
    if (found) return found;
    const what = typeof which === "number" ? `version ${which}` : `alias ${JSON.stringify(which)}`;
    throw new LoadcastError("UNKNOWN_VERSION", `${name} has no ${what}; its latest version is ${newest.version}`, {
      exitCode: 2,
    });
  };

  const entry = async ({ model, aliases }: ModelAliases): Promise<ModelEntry> => {
    const newest = await latest(model);
    return {
      name: model,
      champion: aliases[CHAMPION] ?? null,
      challenger: aliases[CHALLENGER] ?? null,
      latest: newest.version,
      trainedAt: iso(newest.trainedAt),
    };
  };

  const point = (name: string, alias: string, version: number) =>
    alias === CHAMPION ? promote(registry, name, version) : registry.setAlias(name, alias, version);

  return {
    async list({ limit, after }) {
      const found = await registry.aliases({ limit: limit + 1, ...(after === undefined ? {} : { after }) });
      const page = found.slice(0, limit);
      // A model whose trainings all failed has no version to show.
      const entries = await Promise.all(page.map((model) => entry(model).catch(orNothing)));
      return {
        models: entries.filter((model) => model !== null),
        next: found.length > limit ? (page.at(-1)?.model ?? null) : null,
      };
    },
    async versions(name, { limit, before }) {
      await latest(name);
      const found = await registry.versions(name, { limit: limit + 1, ...(before === undefined ? {} : { before }) });
      const page = found.slice(0, limit);
      return {
        name,
        versions: page.map(versionEntry),
        next: found.length > limit ? (page.at(-1)?.version ?? null) : null,
      };
    },
    async detail(name, which) {
      const { version } = await find(name, which);
      const [loaded, tried] = await Promise.all([
        registry.load(name, version),
        registry.artifact(name, version, "tried.csv"),
      ]);
      if (!loaded) throw new LoadcastError("UNKNOWN_VERSION", `${name} has no version ${version} any more`);
      const { members, residuals } = await executor.run("diagnose", { document: loaded.document });
      return {
        ...versionEntry(loaded),
        name,
        members,
        residuals,
        tried: tried ? parseTried(new TextDecoder().decode(tried)) : [],
      };
    },
    async setAlias(name, alias, request) {
      const before = await registry.version(name, alias).catch((error: unknown) => {
        throw badAlias(error);
      });
      if ("rollback" in request) {
        const target = await versionBefore(registry, name, alias);
        if (target === null) {
          await latest(name);
          throw new LoadcastError(
            "NO_PREVIOUS_VERSION",
            `${name} has no version that ${alias} pointed at before; name one with {"version": N}, or on the command line with \`models promote\``,
          );
        }
        await point(name, alias, target);
        // What was rolled back may be promoted again.
        if (alias === CHAMPION && before) await registry.setAlias(name, CHALLENGER, before.version);
      } else await point(name, alias, (await find(name, request.version)).version);
      const version = (await find(name, alias)).version;
      if (alias === CHAMPION) await championChanged(name);
      events.publish({ type: "alias", series: name, alias, version });
      return { name, alias, version, previous: before?.version ?? null };
    },
  };
}

function unless(code: AdapterErrorCode): (error: unknown) => null {
  return (error) => {
    if (error instanceof AdapterError && error.code === code) return null;
    throw error;
  };
}

function badAlias(error: unknown): unknown {
  return error instanceof AdapterError && error.code === "INVALID_ARGUMENT"
    ? new LoadcastError("BAD_ALIAS", error.message.replace(/^[\w-]+: /, ""), { cause: error })
    : error;
}

function orNothing(error: unknown): null {
  if (error instanceof LoadcastError && error.code === "UNKNOWN_MODEL") return null;
  throw error;
}

function versionEntry(version: ModelVersion): ModelVersionEntry {
  const { metrics } = version;
  const metric = (name: string) => (Number.isFinite(metrics[name]) ? metrics[name] : null);
  return {
    version: version.version,
    modelVersion: versionName(version),
    ...describeVersion(version),
    aliases: [...version.aliases],
    trainedAt: iso(version.trainedAt),
    trainSeconds: metric("train_seconds") ?? 0,
    logLik: metric("log_likelihood"),
    aic: metric("aic"),
    aicc: metric("aicc"),
    bic: metric("bic"),
  };
}

const iso = (time: number) => new Date(time).toISOString();
