import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { describeError } from "./errors.js";
import type { Log } from "./log.js";
import type { Trained } from "./pipeline/train.js";

/** One trained model of one series. Versions count from 1. */
export interface ModelVersion {
  readonly series: string;
  readonly version: number;
  readonly trainedAt: number;
  /** How many values it was trained on, and the time after the last of them. */
  readonly values: number;
  readonly until: number;
  readonly trained: Trained;
}

/** What every forecast is marked with: name and version. */
export function versionName(model: Pick<ModelVersion, "series" | "version">): string {
  return `${model.series}@${model.version}`;
}

/** Keeps the models of each series. */
export interface ModelShelf {
  latest(series: string): Promise<ModelVersion | null>;
  save(model: Omit<ModelVersion, "version">): Promise<ModelVersion>;
}

/** Enough to go back to; each takes about 25 KB. */
const KEPT_VERSIONS = 12;

const numbers = z.array(z.number());
/** JSON has no Infinity, which the likelihood of a constant series is: it is written as a text. */
const criterion = z.union([z.number(), z.enum(["Infinity", "-Infinity", "NaN"]).transform(Number)]);
const infinityAsText = (_key: string, value: unknown) =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
const documentSchema = z.object({
  format: z.literal(1),
  series: z.string(),
  version: z.int().min(1),
  trainedAt: z.number(),
  values: z.int(),
  until: z.number(),
  trained: z.object({
    document: z.string(),
    start: z.number(),
    length: z.int(),
    spec: z.object({
      order: z.tuple([z.int(), z.int(), z.int()]),
      seasonal: z.tuple([z.int(), z.int(), z.int(), z.int()]),
      mean: z.boolean(),
    }),
    params: z.object({
      ar: numbers,
      ma: numbers,
      seasonalAr: numbers,
      seasonalMa: numbers,
      mean: z.number(),
      beta: numbers,
      sigma2: z.number(),
    }),
    transform: z
      .discriminatedUnion("kind", [
        z.object({ kind: z.literal("box-cox"), lambda: z.number() }),
        z.object({ kind: z.literal("log"), offset: z.number() }),
        z.object({ kind: z.literal("logit"), lower: z.number(), upper: z.number() }),
      ])
      .nullable(),
    logLik: criterion,
    aic: criterion,
    aicc: criterion,
    bic: criterion,
    warnings: z.array(z.string()),
  }),
});

/**
 * Models as JSON files, one folder for each series, one file for each version. A file is written beside its place and renamed, so that a
 * kill leaves the old version or the new one. A file that cannot be read is passed over with a warning: the version before it serves.
 */
export function fileModelShelf(folder: string, log: Log): ModelShelf {
  const folderOf = (series: string) => join(folder, encodeURIComponent(series));

  const latest = async (series: string): Promise<ModelVersion | null> => {
    for (const version of (await versions(folderOf(series))).reverse()) {
      const file = join(folderOf(series), `${version}.json`);
      try {
        const { format: _, ...model } = documentSchema.parse(JSON.parse(await readFile(file, "utf8")));
        if (model.series !== series) throw new Error(`it belongs to ${model.series}`);
        return model;
      } catch (error) {
        log.warn(`the model ${file} cannot be used and is passed over: ${describeError(error).slice(0, 200)}`);
      }
    }
    return null;
  };

  return {
    latest,
    async save(model) {
      const home = folderOf(model.series);
      await mkdir(home, { recursive: true });
      const known = await versions(home);
      const saved: ModelVersion = { ...model, version: (known.at(-1) ?? 0) + 1 };
      await writeWhole(
        join(home, `${saved.version}.json`),
        `${JSON.stringify({ format: 1, ...saved }, infinityAsText)}\n`,
      );
      for (const old of known.slice(0, Math.max(0, known.length + 1 - KEPT_VERSIONS))) {
        await rm(join(home, `${old}.json`), { force: true });
      }
      return saved;
    },
  };
}

/** Models that live as long as the process. */
export function memoryModelShelf(): ModelShelf {
  const models = new Map<string, ModelVersion>();
  return {
    latest: async (series) => models.get(series) ?? null,
    async save(model) {
      const saved = { ...model, version: (models.get(model.series)?.version ?? 0) + 1 };
      models.set(model.series, saved);
      return saved;
    },
  };
}

async function versions(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [] as string[];
    throw error;
  });
  return names
    .map((name) => /^(\d+)\.json$/.exec(name)?.[1])
    .filter((text) => text !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}

async function writeWhole(file: string, content: string): Promise<void> {
  const part = `${file}.part`;
  const handle = await open(part, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}
