import { diff } from "../difference.js";
import { quote, SarimaError } from "../errors.js";
import { checkObject, finiteNumber, type Series, toSeries, wholeNumber } from "../series.js";
import { ADF_TABLES, interpolate, PP_ALPHA_TABLES, PROBABILITIES, tableQuantiles } from "./dickey-fuller.js";
import { isConstant, longestRun, withoutGaps } from "./gaps.js";
import { leastSquares } from "./regression.js";

/** What a unit-root test says. */
export interface UnitRootTest {
  readonly statistic: number;
  /** Interpolated in the published table, and held at its ends: 0.01 means "0.01 or less". */
  readonly pValue: number;
  readonly lags: number;
  /** Statistic at each significance level. */
  readonly criticalValues: { readonly "1%": number; readonly "5%": number; readonly "10%": number };
}

/** Bandwidth: a number, or one of the rules trunc(4 (n/100)^¼) "short" and trunc(12 (n/100)^¼) "long". */
export type Bandwidth = number | "short" | "long";

function bandwidth(lags: Bandwidth | undefined, n: number): number {
  if (lags === undefined || lags === "short") return Math.trunc(4 * (n / 100) ** 0.25);
  if (lags === "long") return Math.trunc(12 * (n / 100) ** 0.25);
  return wholeNumber(lags, "lags", 0);
}

/** Bartlett-weighted long-run variance of residuals (Newey & West 1987), divided by n. */
function longRunVariance(e: Float64Array, lags: number): number {
  const n = e.length;
  let total = 0;
  for (let k = 0; k <= Math.min(lags, n - 1); k++) {
    let sum = 0;
    for (let t = k; t < n; t++) sum += e[t] * e[t - k];
    total += (k === 0 ? 1 : 2 * (1 - k / (lags + 1))) * sum;
  }
  return total / n;
}

const KPSS_PROBABILITIES = [0.01, 0.025, 0.05, 0.1];
const KPSS_CRITICAL = { level: [0.739, 0.574, 0.463, 0.347], trend: [0.216, 0.176, 0.146, 0.119] };

/**
 * KPSS test: the null is stationarity around a level or a trend, a large statistic speaks for a unit root.
 * Kwiatkowski, Phillips, Schmidt & Shin (1992); statistic and p-value as R's tseries::kpss.test and urca::ur.kpss.
 * Gaps are left out and their neighbours close up, as urca does. O(n · lags).
 *
 * @throws SarimaError `TOO_SHORT` below 4 observed values. A constant series has statistic 0.
 */
export function kpss(y: Series, options: { null?: "level" | "trend"; lags?: Bandwidth } = {}): UnitRootTest {
  const x = withoutGaps(toSeries(y));
  const kind = choice(checkObject(options, "options").null ?? "level", "null", ["level", "trend"] as const);
  const n = atLeast(x.length, 4, "kpss");
  const lags = bandwidth(options.lags, n);
  const e = leastSquares(deterministic(n, kind === "trend"), x).residuals;
  const variance = isConstant(x) ? 0 : longRunVariance(e, lags);
  let sum = 0;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    sum += e[t];
    squares += sum * sum;
  }
  const statistic = variance > 0 ? squares / n / n / variance : 0;
  const [one, , five, ten] = KPSS_CRITICAL[kind];
  return {
    statistic,
    pValue: interpolate(KPSS_CRITICAL[kind], KPSS_PROBABILITIES, statistic),
    lags,
    criticalValues: { "1%": one, "5%": five, "10%": ten },
  };
}

/**
 * Augmented Dickey–Fuller test: the null is a unit root, a very negative statistic speaks for stationarity (around a level or a trend).
 * Dickey & Fuller (1979); p-values from the tables of Fuller (1976). Defaults as R's tseries::adf.test: a trend,
 * trunc((n−1)^⅓) lags; with `lags: 1` the statistic is that of urca::ur.df.
 * With gaps, the longest stretch without one is tested.
 *
 * @throws SarimaError `TOO_SHORT` where the regression has no degree of freedom, `INVALID_ARGUMENT` for a constant.
 */
export function adf(y: Series, options: { regression?: "none" | "level" | "trend"; lags?: number } = {}): UnitRootTest {
  const x = longestRun(toSeries(y));
  const kind = choice(checkObject(options, "options").regression ?? "trend", "regression", [
    "none",
    "level",
    "trend",
  ] as const);
  const lags = wholeNumber(options.lags ?? Math.trunc(Math.max(0, x.length - 1) ** (1 / 3)), "lags", 0);
  const terms = kind === "none" ? 0 : kind === "level" ? 1 : 2;
  atLeast(x.length, 2 * lags + terms + 4, "adf");
  const dx = diff(x);
  const n = dx.length - lags;
  const lagged = (k: number): Float64Array => dx.slice(lags - k, lags - k + n);
  const columns: Float64Array[] = [x.slice(lags, lags + n)];
  if (terms > 0) columns.unshift(...deterministic(n, terms > 1));
  for (let k = 1; k <= lags; k++) columns.push(lagged(k));
  const fit = leastSquares(columns, lagged(0));
  const statistic = fit.coefficients[terms] / fit.standardErrors[terms];
  return fromTable(statistic, lags, tableQuantiles(ADF_TABLES[kind], dx.length));
}

/**
 * Phillips–Perron test: the null is a unit root, as `adf`, with serial correlation taken care of by a long-run variance instead of lags.
 * Phillips & Perron (1988). With a trend (default) the statistics of R's tseries::pp.test, with a level those of urca::ur.pp,
 * which sums over y_t where tseries sums over y_{t−1}. "tau" is the t statistic, "alpha" n(α̂ − 1).
 * With gaps, the longest stretch without one is tested. O(n · lags).
 *
 * @throws SarimaError `TOO_SHORT` below 6 values, `INVALID_ARGUMENT` for a constant.
 */
export function phillipsPerron(
  y: Series,
  options: { regression?: "level" | "trend"; statistic?: "tau" | "alpha"; lags?: Bandwidth } = {},
): UnitRootTest {
  const x = longestRun(toSeries(y));
  const kind = choice(checkObject(options, "options").regression ?? "trend", "regression", ["level", "trend"] as const);
  const type = choice(options.statistic ?? "tau", "statistic", ["tau", "alpha"] as const);
  const n = atLeast(x.length, 6, "phillipsPerron") - 1;
  const lags = bandwidth(options.lags, n);
  const current = x.slice(1);
  const previous = x.slice(0, n);
  const fit = leastSquares([...deterministic(n, kind === "trend"), previous], current);
  const column = kind === "trend" ? 2 : 1;
  const alpha = fit.coefficients[column] - 1;
  const short = fit.rss / n;
  const long = longRunVariance(fit.residuals, lags);
  // Residual sum of squares of y on the deterministic terms: what the moment formulas of the paper come to.
  const level =
    kind === "trend"
      ? leastSquares(deterministic(n, true), previous).rss * (1 - 1 / n ** 2)
      : leastSquares(deterministic(n, false), current).rss;
  const half = (n * n * (long - short)) / (2 * level);
  const statistic =
    type === "alpha"
      ? n * alpha - half
      : Math.sqrt(short / long) * (alpha / fit.standardErrors[column]) - (half * Math.sqrt(level / long)) / n;
  return fromTable(statistic, lags, tableQuantiles((type === "tau" ? ADF_TABLES : PP_ALPHA_TABLES)[kind], n));
}

/**
 * Number of first differences that make a series stationary, as R's forecast::ndiffs: the test is repeated on the differenced series
 * until it no longer asks for one more. KPSS runs with trunc(3√n/13) lags, ADF with one lag, Phillips–Perron with
 * the short bandwidth. Gaps are left out first. A constant series, and one too short for the test, need none.
 */
export function ndiffs(
  y: Series,
  options: { test?: "kpss" | "adf" | "pp"; alpha?: number; null?: "level" | "trend"; max?: number } = {},
): number {
  const test = choice(checkObject(options, "options").test ?? "kpss", "test", ["kpss", "adf", "pp"] as const);
  const alpha = finiteNumber(options.alpha ?? 0.05, "alpha", 0.01, 0.1);
  const kind = choice(options.null ?? "level", "null", ["level", "trend"] as const);
  const max = wholeNumber(options.max ?? 2, "max", 0, 3);
  let x: Float64Array = withoutGaps(toSeries(y));
  for (let d = 0; d < max; d++) {
    if (x.length < 6 || isConstant(x) || !wantsDifference(x, test, kind, alpha)) return d;
    x = diff(x);
  }
  return max;
}

function wantsDifference(
  x: Float64Array,
  test: "kpss" | "adf" | "pp",
  kind: "level" | "trend",
  alpha: number,
): boolean {
  if (test === "kpss") {
    return kpss(x, { null: kind, lags: Math.trunc((3 * Math.sqrt(x.length)) / 13) }).pValue < alpha;
  }
  const result = test === "adf" ? adf(x, { regression: kind, lags: 1 }) : phillipsPerron(x, { regression: kind });
  return result.pValue > alpha;
}

function deterministic(n: number, trend: boolean): Float64Array[] {
  const constant = new Float64Array(n).fill(1);
  return trend ? [constant, Float64Array.from({ length: n }, (_, t) => t + 1 - (n + 1) / 2)] : [constant];
}

function fromTable(statistic: number, lags: number, quantiles: readonly number[]): UnitRootTest {
  if (Number.isNaN(statistic)) {
    throw new SarimaError("INVALID_ARGUMENT", "y is constant or a straight line; there is nothing to test");
  }
  return {
    statistic,
    pValue: interpolate(quantiles, PROBABILITIES, statistic),
    lags,
    criticalValues: { "1%": quantiles[0], "5%": quantiles[2], "10%": quantiles[3] },
  };
}

function atLeast(n: number, needed: number, test: string): number {
  if (n < needed) {
    throw new SarimaError(
      "TOO_SHORT",
      `${test} needs at least ${needed} observed values; y has ${n}: give a longer series or fewer lags`,
    );
  }
  return n;
}

function choice<T extends string>(value: T, argument: string, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new SarimaError(
      "INVALID_ARGUMENT",
      `${argument} must be ${allowed.map((v) => `"${v}"`).join(" or ")}; received ${quote(value)}`,
    );
  }
  return value;
}
