import type { ModelRegistry, ModelVersion } from "@loadcast/metrics-io";
import type { GateReport } from "../http/contract.js";
import { triedCsv } from "../tried-models.js";
import { metricsOf, parametersOf, TAGS, type Training } from "./training-record.js";

/** What forecasts are made with, and what may replace it. */
export const CHAMPION = "champion";
export const CHALLENGER = "challenger";

/** What every forecast is marked with: name and version. */
export function versionName({ model, version }: Pick<ModelVersion, "model" | "version">): string {
  return `${model}@${version}`;
}

/**
 * Step 5: logs the training and makes its model the next version. What the gate accepted becomes champion; another becomes challenger, with
 * the reason kept on it.
 */
export async function register(registry: ModelRegistry, training: Training): Promise<ModelVersion> {
  const { series, gate } = training;
  const saved = await registry.register({
    model: series,
    key: training.key,
    startedAt: training.startedAt,
    endedAt: training.endedAt,
    status: "finished",
    parameters: parametersOf(training),
    metrics: metricsOf(training),
    tags: { [TAGS.gate]: JSON.stringify(gate), ...(isProvisional(gate) ? { [TAGS.provisional]: "true" } : {}) },
    artifacts: [
      { path: "tried.csv", contentType: "text/csv", body: triedCsv(training.trained) },
      ...(training.artifacts ?? []),
    ],
    document: training.trained.document,
  });
  // A training that was registered before, and whose version has its role already, changes nothing.
  if (saved.aliases.length === 0) {
    if (gate.accepted) await promote(registry, series, saved.version);
    else await registry.setAlias(series, CHALLENGER, saved.version);
  }
  return (await registry.version(series, saved.version)) ?? saved;
}

/** Makes a version champion; it is challenger no more. */
export async function promote(registry: ModelRegistry, series: string, version: number): Promise<void> {
  await registry.setAlias(series, CHAMPION, version);
  const challenger = await registry.version(series, CHALLENGER);
  if (challenger?.version === version) await registry.setAlias(series, CHALLENGER, null);
}

/** The version an alias pointed at before the one it points at now: where a rollback goes. */
export async function versionBefore(registry: ModelRegistry, series: string, alias: string): Promise<number | null> {
  const [, ...earlier] = await registry.aliasHistory(series, alias);
  return earlier.find(({ version }) => version !== null)?.version ?? null;
}

/** A first model that lost to a baseline, or that nothing could be said of. */
function isProvisional(gate: GateReport): boolean {
  const own = gate.scores.find(({ name }) => name === "candidate");
  return (
    gate.accepted &&
    (own === undefined ||
      gate.scores.some(({ name, pinball }) => name !== "candidate" && name !== "champion" && pinball < own.pinball))
  );
}
