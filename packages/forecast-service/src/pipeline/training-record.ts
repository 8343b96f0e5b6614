import { createHash } from "node:crypto";
import type { Artifact, ModelVersion } from "@loadcast/metrics-io";
import type { GateReport } from "../http/contract.js";
import { type Bounds, STEP_MILLIS } from "../settings.js";
import type { Prepared } from "./preprocess.js";
import type { ModelKind, Trained } from "./train.js";

/** Tags of a version. */
export const TAGS = {
  gate: "gate",
  /** "true": went live without having passed the gate. */
  provisional: "provisional",
} as const;

/** A training that was judged. */
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

/** The same series, data and kind of model are the same training: a job that is repeated makes no second version. */
export function trainingKey(series: string, prepared: Prepared, model: ModelKind): string {
  return createHash("sha256")
    .update(`${series}\n${model}\n${prepared.start}\n${prepared.periods.join()}\n${JSON.stringify(prepared.bounds)}\n`)
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

/** How the bounds of a training are recorded. */
export const boundsParameter = (bounds: Bounds | null) => ({ "data.bounds": JSON.stringify(bounds) });

/** The bounds of a training; undefined where it does not say. */
export function recordedBounds({ parameters }: Pick<ModelVersion, "parameters">): Bounds | null | undefined {
  const text = parameters["data.bounds"];
  if (text === undefined) return undefined;
  if (text === "null") return null;
  return parsed<Bounds>(text, (value) => typeof value === "object" && value !== null) ?? undefined;
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

/** What went into a training, as the registry logs it. */
export function parametersOf({ prepared, trained }: Training): Record<string, string | number | boolean> {
  return {
    ...keptParameters(trained),
    "data.gaps": prepared.gaps,
    "data.hash": dataHash(prepared.values),
    ...boundsParameter(prepared.bounds),
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

/** What came out of it. */
export function metricsOf({ trained, gate, startedAt, endedAt }: Training): Record<string, number> {
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
