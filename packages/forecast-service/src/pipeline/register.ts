import { createHash } from "node:crypto";
import type { Artifact, ModelRegistry, ModelVersion } from "@loadcast/metrics-io";
import type { GateReport } from "../http/contract.js";
import { STEP_MILLIS } from "../settings.js";
import { triedCsv } from "../tried-models.js";
import type { Prepared } from "./preprocess.js";
import type { ModelKind, Trained } from "./train.js";

/** What forecasts are made with, and what may replace it. */
export const CHAMPION = "champion";
export const CHALLENGER = "challenger";

/** Tags of a version. */
export const TAGS = {
  gate: "gate",
  /** "true": went live without having passed the gate. */
  provisional: "provisional",
} as const;

/** Versions that stay beside those with an alias and the one a rollback would go to. */
const KEPT = 4;

export interface Training {
  readonly series: string;
  readonly prepared: Prepared;
  readonly trained: Trained;
  readonly gate: GateReport;
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly artifacts?: readonly Artifact[];
}

/** What every forecast is marked with: name and version. */
export function versionName({ model, version }: Pick<ModelVersion, "model" | "version">): string {
  return `${model}@${version}`;
}

/** The same series, data and kind of model are the same training: a job that is repeated makes no second version. */
export function trainingKey(series: string, prepared: Prepared, model: ModelKind): string {
  return createHash("sha256")
    .update(`${series}\n${model}\n${prepared.start}\n${prepared.periods.join()}\n`)
    .update(dataHash(prepared.values))
    .digest("hex")
    .slice(0, 32);
}

function dataHash(values: Float64Array): string {
  return createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex")
    .slice(0, 32);
}

/**
 * Step 5: logs the training and makes its model the next version. What the gate accepted becomes champion; another becomes challenger, with
 * the reason kept on it. Versions that nothing needs any more are removed.
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
  await prune(registry, series);
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

/** What a version says of itself in its parameters and tags. */
export function describeVersion({ parameters, tags }: Pick<ModelVersion, "parameters" | "tags">) {
  return {
    kind: parameters.kind === "ensemble" ? ("ensemble" as const) : ("sarima" as const),
    description: parameters.description ?? "",
    from: parameters["data.from"] ?? null,
    to: parameters["data.to"] ?? null,
    values: Number(parameters["data.values"] ?? 0) || 0,
    warnings: parsed<string[]>(parameters.warnings, Array.isArray) ?? [],
    gate: parsed<GateReport>(tags[TAGS.gate], (value) => typeof value === "object" && value !== null),
  };
}

/** A text that this program wrote; another may have changed it. */
function parsed<T>(text: string | undefined, fits: (value: unknown) => boolean): T | null {
  if (text === undefined) return null;
  try {
    const value: unknown = JSON.parse(text);
    return fits(value) ? (value as T) : null;
  } catch {
    return null;
  }
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

async function prune(registry: ModelRegistry, series: string): Promise<void> {
  const old = (await registry.versions(series)).slice(KEPT);
  if (old.length === 0) return;
  const target = await versionBefore(registry, series, CHAMPION);
  for (const { version, aliases } of old) {
    if (aliases.length === 0 && version !== target) await registry.remove(series, version);
  }
}

/** What has to be known of a version to forecast with it, and to name it. */
export function keptParameters(
  trained: Pick<Trained, "start" | "length" | "kind" | "description" | "warnings">,
): Record<string, string | number> {
  const { start, length, kind, description, warnings } = trained;
  return {
    kind,
    description: description.slice(0, 500),
    "data.values": length,
    "data.step_seconds": STEP_MILLIS / 1000,
    ...(start === null
      ? {}
      : { "data.start": start, "data.from": iso(start), "data.to": iso(start + length * STEP_MILLIS) }),
    ...(warnings.length > 0 ? { warnings: JSON.stringify(warnings).slice(0, 5000) } : {}),
  };
}

function parametersOf({ prepared, trained }: Training): Record<string, string | number | boolean> {
  return {
    ...keptParameters(trained),
    "data.gaps": prepared.gaps,
    "data.hash": dataHash(prepared.values),
    periods: prepared.periods.join(","),
    ...(trained.kind === "sarima"
      ? {
          order: trained.spec.order.join(","),
          seasonal: trained.spec.seasonal.join(","),
          mean: trained.spec.mean,
          transform: trained.transform ? JSON.stringify(trained.transform) : "none",
          ...coefficients(trained.params),
        }
      : Object.fromEntries(
          trained.members.map(({ name, weights }, i) => [`member.${i + 1}`, `${weights.centre.toFixed(3)} ${name}`]),
        )),
  };
}

function coefficients(params: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([, value]) => !(Array.isArray(value) && value.length === 0))
      .map(([name, value]) => [`param.${name}`, Array.isArray(value) ? value.join(",") : String(value)]),
  );
}

function metricsOf({ trained, gate, startedAt, endedAt }: Training): Record<string, number> {
  const own = gate.scores.find(({ name }) => name === "candidate");
  const metrics: Record<string, number> = {
    train_seconds: (endedAt - startedAt) / 1000,
    ...(trained.kind === "sarima"
      ? { log_likelihood: trained.logLik, aic: trained.aic, aicc: trained.aicc, bic: trained.bic }
      : {}),
    ...(own ? { pinball: own.pinball, mae: own.mae } : {}),
  };
  for (const { level, ratio } of own?.coverage ?? []) metrics[`coverage_${Math.round(level * 100)}`] = ratio;
  for (const { name, pinball } of gate.scores) {
    if (name !== "candidate") metrics[`pinball_${name.replace("-", "_")}`] = pinball;
  }
  return Object.fromEntries(Object.entries(metrics).filter(([, value]) => Number.isFinite(value)));
}

const iso = (time: number) => new Date(time).toISOString();
