import { quote, SarimaError } from "../errors.js";
import type { FitOptions } from "../model.js";
import { type CheckedSpec, formatSpec } from "../spec.js";
import { isStationary } from "../stationarity.js";

type Held = readonly (number | null)[];

/** Coefficients as a caller gave them, complete: null where one is left open. */
export interface GivenCoefficients {
  readonly ar: Held;
  readonly ma: Held;
  readonly seasonalAr: Held;
  readonly seasonalMa: Held;
  readonly mean: number | null;
  readonly beta: Held;
  readonly sigma2: number | null;
}

/**
 * Checks the coefficients that `FitOptions.fixed`, `FitOptions.start` and `SarimaParams` hold against a specification with `columns` regression columns.
 *
 * @throws SarimaError `INVALID_PARAMS` for a wrong number of entries or a value that is not finite, `NON_STATIONARY` for an
 * autoregressive factor that is given as a whole outside the stationary region; a start is drawn inside.
 */
export function checkCoefficients(
  given: FitOptions["fixed"] | null,
  spec: CheckedSpec,
  columns: number,
  argument: "fixed" | "params" | "start",
): GivenCoefficients {
  const source = given ?? {};
  if (typeof source !== "object" || Array.isArray(source) || ArrayBuffer.isView(source)) {
    throw new SarimaError("INVALID_PARAMS", `${argument} must be an object of coefficients; received ${quote(source)}`);
  }
  const [p, , q] = spec.order;
  const [P, , Q] = spec.seasonal;
  const list = (name: "ar" | "ma" | "seasonalAr" | "seasonalMa" | "beta", count: number): Held => {
    const values: unknown = source[name] ?? new Array(count).fill(null);
    if (!(Array.isArray(values) || ArrayBuffer.isView(values)) || (values as Held).length !== count) {
      throw new SarimaError(
        "INVALID_PARAMS",
        `${argument}.${name} must have ${count} ${count === 1 ? "entry" : "entries"} for ${formatSpec(spec)}${argument === "fixed" ? ", null for those to estimate" : ""}; received ${quote(values)}`,
      );
    }
    return Array.from(values as Held, (value, i) =>
      typeof value === "number" && Number.isFinite(value) ? value : one(value, `${argument}.${name}[${i}]`),
    );
  };
  const mean = one(source.mean, `${argument}.mean`);
  if (mean && !spec.mean) {
    throw new SarimaError(
      "INVALID_PARAMS",
      `${argument}.mean is ${mean} but the model has no constant: set spec.mean to true`,
    );
  }
  const sigma2 = one(source.sigma2, `${argument}.sigma2`);
  if (sigma2 !== null && !(sigma2 > 0)) {
    throw new SarimaError("INVALID_PARAMS", `${argument}.sigma2 must be above 0; received ${sigma2}`);
  }
  const checked: GivenCoefficients = {
    ar: list("ar", p),
    ma: list("ma", q),
    seasonalAr: list("seasonalAr", P),
    seasonalMa: list("seasonalMa", Q),
    mean: spec.mean ? mean : null,
    beta: list("beta", columns),
    sigma2,
  };
  if (argument === "start") return checked;
  for (const name of ["ar", "seasonalAr"] as const) {
    const factor = checked[name].filter((value) => value !== null);
    if (factor.length === checked[name].length && !isStationary(factor)) {
      throw new SarimaError(
        "NON_STATIONARY",
        `${argument}.${name} = ${quote(factor)} is not stationary: its polynomial has a root on or inside the unit circle; use differencing (d or D) for unit roots`,
      );
    }
  }
  return checked;
}

function one(value: unknown, name: string): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== "number" || !Number.isFinite(value)) {
    throw new SarimaError("INVALID_PARAMS", `${name} must be a finite number; received ${quote(value)}`);
  }
  return value;
}
