import { decodeFloats, encodeFloats } from "../base64.js";
import * as read from "../document.js";
import { parseDocument, readTransform } from "../json.js";
import { isStationary } from "../stationarity.js";
import { deepFreeze, type EnsembleMember, type SarimaEnsemble, type Training } from "./ensemble.js";
import type { ErrorTable } from "./error-table.js";
import { anchorSteps, COUNT, PARTS } from "./grid.js";
import type { ScaleName } from "./history.js";
import type { MemberFit } from "./members.js";

export const ENSEMBLE_FORMAT = "sarima-core/ensemble";
/** 2: what training found, so that weights can follow what came after it. Documents of version 1 are read, and keep their weights. */
const VERSION = 2;
const MAX_WINDOW = 1e7;

/** An ensemble as a JSON text: the series once, coefficients and error quantiles of the members, weights and calibration. */
export function ensembleToJSON(ensemble: SarimaEnsemble): string {
  const { regression, members, training, y, kind: _, ...rest } = ensemble;
  return JSON.stringify({
    format: ENSEMBLE_FORMAT,
    version: VERSION,
    ...rest,
    y: encodeFloats(y),
    training: training && { ...training, losses: encodeFloats(Float64Array.from(training.losses.flat())) },
    regression: regression && { ...regression, effects: encodeFloats(regression.effects) },
    members: members.map((member) => ({ ...member, fit: writeFit(member.fit) })),
  });
}

function writeFit(fit: MemberFit): object {
  return "errors" in fit ? { ...fit, errors: encodeFloats(Float64Array.from(fit.errors.flat())) } : fit;
}

/**
 * The ensemble that `toJSON` wrote; it forecasts the same to the bit. Every field is checked and fields that are not known are
 * refused: the text may come from an untrusted place.
 *
 * @throws SarimaError `INVALID_DOCUMENT`
 */
export function ensembleFromJSON(document: string | object): SarimaEnsemble {
  const parsed = parseDocument(document);
  const isFirst = (parsed as { version?: unknown } | null)?.version === 1;
  const doc = read.record(parsed, "document", [
    "format",
    "version",
    ...(isFirst ? [] : (["training", "weighedTo"] as const)),
    "y",
    "periods",
    "lower",
    "upper",
    "horizon",
    "transform",
    "unit",
    "members",
    "calibration",
    "regression",
    "warnings",
  ]);
  if (doc.format !== ENSEMBLE_FORMAT) throw read.invalid("format", `"${ENSEMBLE_FORMAT}"`, doc.format);
  if (!isFirst && doc.version !== VERSION)
    throw read.invalid("version", `${VERSION}; a newer library may read it`, doc.version);
  const y = readValues(doc.y, "y");
  if (y.every(Number.isNaN)) throw read.invalid("y", "a series with observed values", "gaps only");
  const transform = readTransform(doc.transform);
  const horizon = read.whole(doc.horizon, "horizon", 1, 10_000);
  const rows = anchorSteps(horizon).length;
  const unit = read.finite(doc.unit, "unit");
  if (!(unit > 0)) throw read.invalid("unit", "positive", unit);
  const lower = readBound(doc.lower, "lower");
  const upper = readBound(doc.upper, "upper");
  if (lower !== null && upper !== null && !(lower < upper)) throw read.invalid("lower", `below upper, ${upper}`, lower);
  const members = read.list(doc.members, "members", (item, name) => readMember(item, name, rows, transform !== null));
  if (members.length === 0) throw read.invalid("members", "not empty", []);
  const training = isFirst ? null : readTraining(doc.training, y.length, rows);
  return deepFreeze({
    kind: "ensemble" as const,
    y,
    periods: read.list(doc.periods, "periods", (item, name) => read.whole(item, name, 2)),
    lower,
    upper,
    horizon,
    transform,
    unit,
    members,
    calibration: readCalibration(doc.calibration),
    training,
    weighedTo: isFirst ? y.length : read.whole(doc.weighedTo, "weighedTo", training?.length ?? 1, y.length),
    regression: readRegression(doc.regression, y.length),
    warnings: read.list(doc.warnings, "warnings", (item, name) => read.text(item, name, 1000)),
  });
}

function readValues(value: unknown, name: string): Float64Array {
  const values = decodeFloats(value, name);
  if (values.some((x) => Math.abs(x) === Infinity)) throw read.invalid(name, "free of infinite values", Infinity);
  return values;
}

function readBound(value: unknown, name: string): number | null {
  return value === null ? null : read.finite(value, name);
}

function readMember(value: unknown, name: string, rows: number, hasShape: boolean): EnsembleMember {
  const doc = read.record(value, name, ["id", "description", "fit", "weights", "loss", "reason"]);
  const parts = (part: unknown, label: string) => {
    const { lower, centre, upper } = read.record(part, label, ["lower", "centre", "upper"]);
    const share = (x: unknown, side: string) => {
      const number = read.finite(x, `${label}.${side}`);
      if (number < 0) throw read.invalid(`${label}.${side}`, "at least 0", number);
      return number;
    };
    return { lower: share(lower, "lower"), centre: share(centre, "centre"), upper: share(upper, "upper") };
  };
  return {
    id: read.text(doc.id, `${name}.id`, 100),
    description: read.text(doc.description, `${name}.description`, 500),
    fit: readFit(doc.fit, `${name}.fit`, rows, hasShape),
    weights: parts(doc.weights, `${name}.weights`),
    loss: parts(doc.loss, `${name}.loss`),
    reason: read.text(doc.reason, `${name}.reason`, 500),
  };
}

function readFit(value: unknown, name: string, rows: number, hasShape: boolean): MemberFit {
  const { kind } = read.record(value, name, FIT_FIELDS, true);
  const numbers = (list: unknown, label: string) => read.list(list, `${name}.${label}`, read.finite);
  const stationary = (list: unknown, label: string) => {
    const phi = numbers(list, label);
    if (!isStationary(phi)) throw read.invalid(`${name}.${label}`, "stationary", phi);
    return phi;
  };
  const scale = (text: unknown): ScaleName => {
    if (text !== "raw" && !(text === "shape" && hasShape)) throw read.invalid(`${name}.scale`, "a scale it has", text);
    return text;
  };
  switch (kind) {
    case "autoregression": {
      const doc = read.record(value, name, ["kind", "scale", "d", "window", "model", "profile", "errors"]);
      const model = read.record(doc.model, `${name}.model`, ["mean", "phi"]);
      return {
        kind,
        scale: scale(doc.scale),
        d: read.whole(doc.d, `${name}.d`, 0, 1) as 0 | 1,
        window: read.whole(doc.window, `${name}.window`, 1, MAX_WINDOW),
        model: { mean: read.finite(model.mean, `${name}.model.mean`), phi: stationary(model.phi, "model.phi") },
        profile: readProfile(doc.profile, `${name}.profile`),
        errors: readErrors(doc.errors, `${name}.errors`, rows),
      };
    }
    case "sarima": {
      const doc = read.record(value, name, [
        "kind",
        "scale",
        "window",
        "spec",
        "ar",
        "ma",
        "seasonalAr",
        "seasonalMa",
        "mean",
        "errors",
      ]);
      const spec = read.spec(doc.spec);
      const fit = {
        kind,
        scale: scale(doc.scale),
        window: read.whole(doc.window, `${name}.window`, 1, MAX_WINDOW),
        spec,
        ar: stationary(doc.ar, "ar"),
        ma: numbers(doc.ma, "ma"),
        seasonalAr: stationary(doc.seasonalAr, "seasonalAr"),
        seasonalMa: numbers(doc.seasonalMa, "seasonalMa"),
        mean: read.finite(doc.mean, `${name}.mean`),
        errors: readErrors(doc.errors, `${name}.errors`, rows),
      } as const;
      const [p, , q] = spec.order;
      const [P, , Q] = spec.seasonal;
      const sizes = [fit.ar.length, fit.ma.length, fit.seasonalAr.length, fit.seasonalMa.length];
      if (sizes.join() !== [p, q, P, Q].join()) throw read.invalid(`${name}.ar`, "coefficients that fit spec", sizes);
      return fit;
    }
    case "trend": {
      const doc = read.record(value, name, ["kind", "window", "errors"]);
      return {
        kind,
        window: read.whole(doc.window, `${name}.window`, 2, MAX_WINDOW),
        errors: readErrors(doc.errors, `${name}.errors`, rows),
      };
    }
    case "recent": {
      const doc = read.record(value, name, ["kind", "halfLife"]);
      const halfLife = read.finite(doc.halfLife, `${name}.halfLife`);
      if (!(halfLife > 0)) throw read.invalid(`${name}.halfLife`, "positive", halfLife);
      return { kind, halfLife };
    }
    case "same-time": {
      const doc = read.record(value, name, ["kind", "period", "cycles"]);
      return {
        kind,
        period: read.whole(doc.period, `${name}.period`, 2, MAX_WINDOW),
        cycles: read.whole(doc.cycles, `${name}.cycles`, 1, 1000),
      };
    }
    case "analogs": {
      const doc = read.record(value, name, ["kind", "lengths", "shift"]);
      const lengths = read.list(doc.lengths, `${name}.lengths`, (item, label) =>
        read.whole(item, label, 1, MAX_WINDOW),
      );
      return { kind, lengths, shift: read.finite(doc.shift, `${name}.shift`) };
    }
    default:
      throw read.invalid(`${name}.kind`, "a kind of member this version knows", kind);
  }
}

const FIT_FIELDS = [
  "kind",
  "scale",
  "d",
  "window",
  "model",
  "profile",
  "errors",
  "spec",
  "ar",
  "ma",
  "seasonalAr",
  "seasonalMa",
  "mean",
  "halfLife",
  "period",
  "cycles",
  "lengths",
  "shift",
] as const;

function readProfile(value: unknown, name: string) {
  if (value === null) return null;
  const doc = read.record(value, name, ["period", "cos", "sin"]);
  const cos = read.list(doc.cos, `${name}.cos`, read.finite);
  const sin = read.list(doc.sin, `${name}.sin`, read.finite);
  if (cos.length !== sin.length) throw read.invalid(`${name}.sin`, `${cos.length} numbers`, sin);
  return { period: read.whole(doc.period, `${name}.period`, 2, MAX_WINDOW), cos, sin };
}

function readErrors(value: unknown, name: string, rows: number): ErrorTable {
  const flat = readValues(value, name);
  if (flat.length !== rows * COUNT) throw read.invalid(name, `${rows * COUNT} numbers`, flat.length);
  return rowsOf(flat, rows, COUNT);
}

function readFactors(value: unknown, label: string): number[] {
  const factors = read.list(value, label, (item, name) => {
    const factor = read.finite(item, name);
    if (!(factor > 0)) throw read.invalid(name, "positive", factor);
    return factor;
  });
  if (factors.length !== COUNT) throw read.invalid(label, `${COUNT} numbers`, factors);
  return factors;
}

function readTraining(value: unknown, n: number, rows: number): Training | null {
  if (value === null) return null;
  const doc = read.record(value, "training", ["length", "losses", "factors"]);
  const flat = readValues(doc.losses, "training.losses");
  if (flat.length !== rows * PARTS.length || !flat.every((loss) => loss >= 0)) {
    throw read.invalid("training.losses", `${rows * PARTS.length} numbers, at least 0`, flat.length);
  }
  return {
    length: read.whole(doc.length, "training.length", 1, n),
    losses: rowsOf(flat, rows, PARTS.length),
    factors: readFactors(doc.factors, "training.factors"),
  };
}

function rowsOf(flat: Float64Array, rows: number, columns: number): number[][] {
  return Array.from({ length: rows }, (_, i) => Array.from(flat.subarray(i * columns, (i + 1) * columns)));
}

function readCalibration(value: unknown) {
  const doc = read.record(value, "calibration", ["factors", "trust", "origins", "before", "after"]);
  const factors = readFactors(doc.factors, "calibration.factors");
  const cover = (item: unknown, name: string) => {
    const { cover80, cover95 } = read.record(item, name, ["cover80", "cover95"]);
    // NaN, where nothing was judged, is null in JSON.
    const share = (x: unknown, label: string) => (x === null ? Number.NaN : read.finite(x, `${name}.${label}`));
    return { cover80: share(cover80, "cover80"), cover95: share(cover95, "cover95") };
  };
  return {
    factors,
    trust: read.finite(doc.trust, "calibration.trust"),
    origins: read.whole(doc.origins, "calibration.origins", 0),
    before: cover(doc.before, "calibration.before"),
    after: cover(doc.after, "calibration.after"),
  };
}

function readRegression(value: unknown, n: number) {
  if (value === null) return null;
  const doc = read.record(value, "regression", ["beta", "means", "effects"]);
  const beta = read.list(doc.beta, "regression.beta", read.finite);
  const means = read.list(doc.means, "regression.means", read.finite);
  const effects = readValues(doc.effects, "regression.effects");
  if (means.length !== beta.length) throw read.invalid("regression.means", `${beta.length} numbers`, means);
  if (effects.length !== n || effects.some(Number.isNaN))
    throw read.invalid("regression.effects", `${n} numbers`, effects.length);
  return { beta, means, effects };
}
