import { AdapterError } from "../errors.js";
import type { ModelRegistry, StoredRun } from "../registry.js";
import { copyTags, copyTraining } from "./copy-training.js";

export interface PushOptions {
  /** Only these; all when left out. */
  readonly models?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called after each model. */
  readonly onProgress?: (progress: PushProgress) => void;
}

export interface PushProgress {
  readonly model: string;
  /** Models that are done, and of how many. */
  readonly done: number;
  readonly total: number;
  readonly report: PushReport;
}

export interface PushReport {
  /** Trainings that were not there, with and without a version. */
  readonly versions: number;
  readonly runs: number;
  /** Those that were there already. */
  readonly known: number;
  /** Aliases that were moved. */
  readonly aliases: number;
  /** What could not be moved, one sentence each: a version whose document is gone, or that the other registry refuses. The rest was. */
  readonly problems: readonly string[];
}

/**
 * Moves models from one registry to another: their trainings with artifacts, their versions oldest first, tags and aliases. What is there
 * under the same key is left as it is, so a push that was cut off goes on where it was, and a second one changes nothing; it only
 * adds and moves aliases, and removes nothing. Versions are numbered anew where the other registry has others already. Histories of
 * aliases begin with the push.
 *
 * Throws AdapterError: ABORTED by the signal, NOT_FOUND for a model that is not in `from`, and what either registry throws.
 */
export async function pushModels(
  from: ModelRegistry,
  to: ModelRegistry,
  options: PushOptions = {},
): Promise<PushReport> {
  const { signal, onProgress } = options;
  const checkSignal = () => {
    if (!signal?.aborted) return;
    throw new AdapterError(to.name, "the push was stopped; the next one goes on from here", {
      code: "ABORTED",
      cause: signal.reason,
    });
  };
  const report = { versions: 0, runs: 0, known: 0, aliases: 0, problems: [] as string[] };
  const known = new Map<string, Readonly<Record<string, number>>>();
  for await (const { model, aliases } of allAliases(from)) known.set(model, aliases);
  const models = [...new Set(options.models ?? known.keys())];
  const strange = models.find((model) => !known.has(model));
  if (strange !== undefined) {
    throw new AdapterError(from.name, `there is no model ${JSON.stringify(strange)} to push`, { code: "NOT_FOUND" });
  }

  for (const [done, model] of models.entries()) {
    const numbers = new Map<number, number>();
    for (const run of await trainings(from, model)) {
      checkSignal();
      try {
        const there = await to.run(model, run.key);
        const isThere = there !== null && (there.version !== null || run.version === null);
        const number = isThere ? there.version : await copyTraining(from, to, model, run.key);
        if (isThere) report.known++;
        else if (run.version === null) report.runs++;
        else report.versions++;
        const version = run.version === null ? null : await from.version(model, run.version);
        if (version === null || number === null) continue;
        numbers.set(version.version, number);
        await copyTags(version, to, number);
      } catch (error) {
        if (!isAboutOne(error)) throw error;
        report.problems.push(`${model} ${run.version === null ? run.key : `version ${run.version}`}: ${error.message}`);
      }
    }
    for (const [alias, version] of Object.entries(known.get(model) ?? {})) {
      checkSignal();
      const number = numbers.get(version);
      if (number === undefined) continue;
      try {
        if ((await to.version(model, alias))?.version === number) continue;
        await to.setAlias(model, alias, number);
        report.aliases++;
      } catch (error) {
        if (!isAboutOne(error)) throw error;
        report.problems.push(`${model} alias ${alias}: ${error.message}`);
      }
    }
    onProgress?.({
      model,
      done: done + 1,
      total: models.length,
      report: { ...report, problems: [...report.problems] },
    });
  }
  return report;
}

/** Those without a version first, then the versions in their order. */
async function trainings(from: ModelRegistry, model: string): Promise<StoredRun[]> {
  const runs: StoredRun[] = [];
  for await (const run of from.runs(model)) runs.push(run);
  return runs.reverse().sort((a, b) => (a.version ?? 0) - (b.version ?? 0));
}

/** Every model with its aliases, page by page. */
export async function* allAliases(registry: ModelRegistry) {
  const limit = 1000;
  for (let after: string | undefined; ; ) {
    const page = await registry.aliases(after === undefined ? { limit } : { after, limit });
    yield* page;
    if (page.length < limit) return;
    after = page[page.length - 1].model;
  }
}

/** A failure that says something about one training and nothing about the next. */
function isAboutOne(error: unknown): error is AdapterError {
  return error instanceof AdapterError && (error.code === "INVALID_ARGUMENT" || error.code === "INVALID_DATA");
}
