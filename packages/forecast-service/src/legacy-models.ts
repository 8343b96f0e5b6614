import { readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { ModelRegistry } from "@loadcast/metrics-io";
import { formatSpec, fromJSON } from "sarima-core";
import { z } from "zod";
import { describeError } from "./errors.js";
import type { Log } from "./log.js";
import { CHAMPION } from "./pipeline/register.js";
import { keptParameters } from "./pipeline/training-record.js";

/** What version 0.1 kept of a model, as far as it is needed. */
const legacyModel = z.object({
  format: z.literal(1),
  series: z.string().min(1),
  version: z.int().min(1),
  trainedAt: z.number(),
  trained: z.object({
    document: z.string(),
    start: z.number(),
    length: z.int().min(1),
    warnings: z.array(z.string()),
  }),
});

/**
 * Takes the models that version 0.1 kept as files (a folder for each series, a file for each version) into the registry, the newest as
 * champion. A series the registry knows already is left alone. The folder is renamed when all of it was read, so that this
 * happens once; files that cannot be used are named and left in it.
 *
 * @param folder where version 0.1 kept its models; nothing is done where it is not there
 * @returns how many series were taken
 */
export async function takeLegacyModels(folder: string, registry: ModelRegistry, log: Log): Promise<number> {
  const homes = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (homes === null) return 0;
  let taken = 0;
  for (const home of homes) {
    const found = await newestUsable(join(folder, home), log);
    if (!found || (await registry.versions(found.series, { limit: 1 })).length > 0) continue;
    const { series, trainedAt, trained } = found;
    const fitted = fromJSON(trained.document);
    const saved = await registry.register({
      model: series,
      key: `version 0.1, ${found.version}`,
      startedAt: trainedAt,
      endedAt: trainedAt,
      status: "finished",
      parameters: {
        ...keptParameters({ ...trained, kind: "sarima", description: "spec" in fitted ? formatSpec(fitted.spec) : "" }),
        "data.gaps": fitted.y.filter((value) => Number.isNaN(value)).length,
      },
      metrics:
        "spec" in fitted ? { log_likelihood: fitted.logLik, aic: fitted.aic, aicc: fitted.aicc, bic: fitted.bic } : {},
      document: trained.document,
    });
    await registry.setAlias(series, CHAMPION, saved.version);
    taken++;
  }
  await rename(folder, `${folder}-0.1`).catch((error: unknown) =>
    log.warn(`the old models were taken into the registry, but ${folder} cannot be renamed: ${describeError(error)}`),
  );
  if (taken > 0) log.info(`took the models of ${taken} series from ${folder} into the registry`);
  return taken;
}

/** The newest version of a series that can be read; the same rule as version 0.1 had. */
async function newestUsable(home: string, log: Log): Promise<z.output<typeof legacyModel> | null> {
  const names = await readdir(home).catch(() => [] as string[]);
  const versions = names.flatMap((name) => /^(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number);
  for (const version of versions.sort((a, b) => b - a)) {
    const file = join(home, `${version}.json`);
    try {
      const model = legacyModel.parse(JSON.parse(await readFile(file, "utf8")));
      fromJSON(model.trained.document);
      return model;
    } catch (error) {
      log.warn(`the model ${file} cannot be used and is passed over: ${describeError(error).slice(0, 200)}`);
    }
  }
  return null;
}
