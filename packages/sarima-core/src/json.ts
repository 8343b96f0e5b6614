import { decodeFloats, encodeFloats } from "./base64.js";
import * as read from "./document.js";
import { quote, SarimaError } from "./errors.js";
import { filterPass } from "./estimate/filter-pass.js";
import { armaNames } from "./estimate/parameters.js";
import { withoutRegression } from "./estimate/prepare.js";
import { freezeModel } from "./fit.js";
import { informationCriteria } from "./information-criteria.js";
import {
  type Calibration,
  checkModel,
  type FittedParams,
  type Range,
  type SarimaModel,
  type Transform,
} from "./model.js";
import { designColumns } from "./regressors.js";
import { type CheckedSpec, formatSpec } from "./spec.js";
import { isStationary } from "./stationarity.js";
import { transformSeries } from "./transform.js";
import { append } from "./update.js";

const FORMAT = "sarima-core/model";
const VERSION = 1;

/** Longer documents are refused before they are parsed: 64 MB hold six million observations. */
const MAX_LENGTH = 64 * 2 ** 20;

/** Multiply-adds that loading may cost; a document that asks for more is no saved model. About half a minute. */
const MAX_WORK = 2e10;

/** Numbers that loading may hold at a time: 400 MB. */
const MAX_NUMBERS = 5e7;

/**
 * A fitted model as a JSON text: specification, parameters, and the series as base64. Residuals, fitted values and the state of the
 * filter are left out and computed again by `fromJSON`, so that forecasts, simulations and `append` after it are the same
 * to the bit in the same engine. 43 KB for 4,032 values and no regressors.
 */
export function toJSON(model: SarimaModel): string {
  checkModel(model);
  return JSON.stringify({
    format: FORMAT,
    version: VERSION,
    spec: { order: model.spec.order, seasonal: model.spec.seasonal, mean: model.spec.mean },
    params: model.params,
    standardErrors: encodeFloats(model.standardErrors),
    // Infinite for a constant series, which JSON has no number for.
    logLik: encodeFloats(Float64Array.of(model.logLik)),
    nobs: model.nobs,
    converged: model.converged,
    warnings: model.warnings,
    method: model.method,
    y: encodeFloats(model.y),
    filteredTo: model.filteredTo,
    regressors: model.regressors.map(encodeFloats),
    harmonics: model.harmonics,
    steps: model.steps,
    transform: model.transform,
    fixedMask: model.fixedMask,
    sigma2Fixed: model.sigma2Fixed,
    // Bounds may be infinite.
    range: model.range ? encodeFloats(Float64Array.of(model.range.lower, model.range.upper)) : null,
    calibration: model.calibration ?? null,
  });
}

/**
 * The model that `toJSON` wrote. Every field is checked, fields that are not known are refused, and nothing of the document is
 * kept but numbers and texts: it may come from an untrusted place.
 *
 * @param document the text, or what JSON.parse made of it
 * @throws SarimaError `INVALID_DOCUMENT`
 */
export function fromJSON(document: string | object): SarimaModel {
  const doc = read.record(parseDocument(document), "document", [
    "format",
    "version",
    "spec",
    "params",
    "standardErrors",
    "logLik",
    "nobs",
    "converged",
    "warnings",
    "method",
    "y",
    "filteredTo",
    "regressors",
    "harmonics",
    "steps",
    "transform",
    "fixedMask",
    "sigma2Fixed",
    "range",
    "calibration",
  ]);
  if (doc.format !== FORMAT) throw read.invalid("format", `"${FORMAT}"`, doc.format);
  if (doc.version !== VERSION) {
    throw read.invalid("version", `${VERSION}; a newer library may read it`, doc.version);
  }

  // 1. Fields by themselves.
  const spec = read.spec(doc.spec);
  const params = readParams(doc.params, spec);
  const y = decodeFloats(doc.y, "y");
  const n = y.length;
  if (y.some((value) => Math.abs(value) === Infinity)) throw read.invalid("y", "free of infinite values", Infinity);
  const filteredTo = read.whole(doc.filteredTo, "filteredTo", 1, n);
  const regressors = read.list(doc.regressors, "regressors", (column, name) => decodeFloats(column, name));
  const harmonics = read.list(doc.harmonics, "harmonics", (item, name) => {
    const { period, order } = read.record(item, name, ["period", "order"]);
    return Object.freeze({
      period: read.finite(period, `${name}.period`),
      order: read.whole(order, `${name}.order`, 0, 1e5),
    });
  });
  const steps = read.list(doc.steps, "steps", (item, name) => read.whole(item, name, 0));
  const transform = readTransform(doc.transform);
  const standardErrors = decodeFloats(doc.standardErrors, "standardErrors");
  const [logLik, ...more] = decodeFloats(doc.logLik, "logLik");
  const constant = params.sigma2 === 0 && logLik === Infinity;
  if (more.length > 0 || !(Number.isFinite(logLik) || constant))
    throw read.invalid("logLik", "one finite number", logLik);
  const nobs = read.whole(doc.nobs, "nobs", 1, n);
  const warnings = read.list(doc.warnings, "warnings", (item, name) => read.text(item, name, 1000));
  const method = doc.method;
  if (method !== "ml" && method !== "css" && method !== "css-ml") throw read.invalid("method", "a known one", method);
  const fixedMask = read.list(doc.fixedMask, "fixedMask", read.truth);
  const sigma2Fixed = read.truth(doc.sigma2Fixed, "sigma2Fixed");
  const converged = read.truth(doc.converged, "converged");
  const range = readRange(doc.range);
  const calibration = readCalibration(doc.calibration);

  // 2. Fields against one another.
  const columns = harmonics.reduce((sum, { order }) => sum + 2 * order, steps.length + regressors.length);
  refuseExcessiveWork(spec, y, columns);
  const design = damagedOn("the regressors do not fit", () => designColumns(n, harmonics, steps, regressors));
  const names = armaNames(spec);
  if (spec.mean) names.push(spec.order[1] + spec.seasonal[1] > 0 ? "drift" : "mean");
  design.forEach((_, j) => {
    names.push(`beta${j + 1}`);
  });
  const sizes: [string, number, number][] = [
    ["params.beta", params.beta.length, design.length],
    ["standardErrors", standardErrors.length, names.length],
    ["fixedMask", fixedMask.length, names.length],
  ];
  for (const [name, size, expected] of sizes) {
    if (size !== expected) throw read.invalid(name, `${expected} entries for ${formatSpec(spec)}`, size);
  }

  // 3. What was left out: filter the values that were filtered together, then append the rest as it was appended.
  const model = damagedOn("its numbers do not make a model", () => {
    const cut = (x: Float64Array) => x.slice(0, filteredTo);
    const z = transformSeries(y, transform);
    const pass = filterPass(withoutRegression(cut(z), spec, design.map(cut), params.mean, params.beta), spec, {
      ...params,
      period: spec.seasonal[3],
    });
    const base = freezeModel({
      spec,
      params,
      parameterNames: names,
      standardErrors,
      sigma2: params.sigma2,
      logLik,
      ...informationCriteria(logLik, 1, nobs),
      nobs,
      converged,
      warnings,
      residuals: pass.residuals,
      fitted: cut(z).map((value, t) => value - pass.innovations[t]),
      method,
      y: cut(y),
      filteredTo,
      regressors: regressors.map(cut),
      harmonics: Object.freeze(harmonics),
      steps: Object.freeze(steps),
      transform,
      fixedMask,
      sigma2Fixed,
      ...(range && { range }),
      ...(calibration && { calibration }),
      state: pass.state,
    });
    const whole = append(base, y.subarray(filteredTo), { regressors: regressors.map((x) => x.subarray(filteredTo)) });
    const estimated = fixedMask.filter((held) => !held).length + (sigma2Fixed ? 0 : 1);
    return freezeModel({ ...whole, logLik, nobs, ...informationCriteria(logLik, estimated, nobs) });
  });
  const numbers = [...model.state.alpha, ...model.state.lags];
  if (!numbers.every(Number.isFinite) || !model.residuals.some(Number.isFinite)) {
    throw new SarimaError(
      "INVALID_DOCUMENT",
      "document: its series and parameters leave no finite state: save the model again",
    );
  }
  return model;
}

export function parseDocument(document: unknown): unknown {
  try {
    // An object goes through text too: no getter, proxy or prototype of it is ever used.
    const text = typeof document === "object" && document !== null ? JSON.stringify(document) : document;
    if (typeof text !== "string") throw new TypeError(`received ${quote(document)}`);
    if (text.length > MAX_LENGTH) throw new RangeError(`it is ${text.length} characters long`);
    return JSON.parse(text);
  } catch (cause) {
    throw new SarimaError(
      "INVALID_DOCUMENT",
      "document must be the text that toJSON wrote, or its parsed object; it is cut short, too long or something else",
      { cause },
    );
  }
}

function readParams(value: unknown, spec: CheckedSpec): FittedParams {
  const doc = read.record(value, "params", ["ar", "ma", "seasonalAr", "seasonalMa", "mean", "beta", "sigma2"]);
  const [p, , q] = spec.order;
  const [P, , Q] = spec.seasonal;
  const numbers = (name: "ar" | "ma" | "seasonalAr" | "seasonalMa" | "beta", size?: number) => {
    const list = read.list(doc[name], `params.${name}`, read.finite);
    if (size !== undefined && list.length !== size) throw read.invalid(`params.${name}`, `${size} numbers`, list);
    return list;
  };
  const params = {
    ar: numbers("ar", p),
    ma: numbers("ma", q),
    seasonalAr: numbers("seasonalAr", P),
    seasonalMa: numbers("seasonalMa", Q),
    mean: read.finite(doc.mean, "params.mean"),
    beta: numbers("beta"),
    sigma2: read.finite(doc.sigma2, "params.sigma2"),
  };
  if (params.sigma2 < 0) throw read.invalid("params.sigma2", "at least 0", params.sigma2);
  for (const name of ["ar", "seasonalAr"] as const) {
    if (!isStationary(params[name])) throw read.invalid(`params.${name}`, "stationary", params[name]);
  }
  return params;
}

export function readTransform(value: unknown): Transform | null {
  if (value === null) return null;
  const { kind } = read.record(value, "transform", ["kind", "lambda", "offset", "lower", "upper"], true);
  if (kind === "box-cox") {
    const { lambda } = read.record(value, "transform", ["kind", "lambda"]);
    return Object.freeze({ kind, lambda: read.finite(lambda, "transform.lambda") });
  }
  if (kind === "log") {
    const { offset } = read.record(value, "transform", ["kind", "offset"]);
    return Object.freeze({ kind, offset: read.finite(offset, "transform.offset") });
  }
  if (kind === "logit") {
    const doc = read.record(value, "transform", ["kind", "lower", "upper"]);
    const lower = read.finite(doc.lower, "transform.lower");
    const upper = read.finite(doc.upper, "transform.upper");
    if (!(lower < upper)) throw read.invalid("transform", "bounds in order", [lower, upper]);
    return Object.freeze({ kind, lower, upper });
  }
  throw read.invalid("transform.kind", '"box-cox", "log" or "logit"', kind);
}

function readRange(value: unknown): Range | null {
  if (value === null) return null;
  const [lower, upper, ...more] = decodeFloats(value, "range");
  if (!(lower < upper) || more.length > 0) throw read.invalid("range", "two bounds in order", [lower, upper, ...more]);
  return Object.freeze({ lower, upper });
}

function readCalibration(value: unknown): Calibration | null {
  if (value === null) return null;
  const doc = read.record(value, "calibration", ["levels", "factors"]);
  const levels = read.list(doc.levels, "calibration.levels", read.finite);
  const factors = read.list(doc.factors, "calibration.factors", read.finite);
  const ascending = levels.every((level, i) => level > (i === 0 ? 0 : levels[i - 1]) && level < 1);
  if (levels.length === 0 || !ascending) throw read.invalid("calibration.levels", "ascending coverages", levels);
  if (factors.length !== levels.length || !factors.every((factor) => factor > 0)) {
    throw read.invalid("calibration.factors", `${levels.length} positive numbers`, factors);
  }
  return Object.freeze({ levels: Object.freeze(levels), factors: Object.freeze(factors) });
}

function refuseExcessiveWork(spec: CheckedSpec, y: Float64Array, columns: number): void {
  const [p, d, q] = spec.order;
  const [P, D, Q, s] = spec.seasonal;
  const r = Math.max(p + s * P, q + s * Q + 1);
  const state = y.some(Number.isNaN) ? (r + d + s * D) * r : r;
  const work = y.length * (state + columns * 100);
  const memory = columns * y.length + (y.some(Number.isNaN) ? r * r : 0);
  if (work > MAX_WORK || memory > MAX_NUMBERS) {
    throw new SarimaError(
      "INVALID_DOCUMENT",
      `document: ${formatSpec(spec)} on ${y.length} values would take about ${work.toExponential(0)} operations to load; fit it again instead`,
    );
  }
}

/** What the library itself refuses is a fault of the document here. */
function damagedOn<T>(what: string, compute: () => T): T {
  try {
    return compute();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SarimaError("INVALID_DOCUMENT", `document: ${what} (${reason}); save the model again`, { cause });
  }
}
