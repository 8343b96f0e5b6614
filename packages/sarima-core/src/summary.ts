import { diagnostics } from "./diagnostics/residuals.js";
import { normalTail } from "./distributions/normal.js";
import { checkModel, type SarimaModel, type Transform } from "./model.js";
import { formatSpec } from "./spec.js";

/** One line: "SARIMA(2,0,1)(1,0,0)[12] with mean, on log(y)". */
export function formatModel(model: SarimaModel): string {
  const { spec, regressors, harmonics, steps, transform } = checkModel(model);
  const parts: string[] = [];
  if (spec.mean) parts.push(spec.order[1] + spec.seasonal[1] > 0 ? "drift" : "mean");
  if (regressors.length > 0) parts.push(count(regressors.length, "regressor"));
  for (const { period, order } of harmonics) if (order > 0) parts.push(`${count(order, "harmonic")} of ${period}`);
  if (steps.length > 0) parts.push(count(steps.length, "level shift"));
  const extras = parts.length > 0 ? ` with ${parts.join(", ")}` : "";
  return `SARIMA${formatSpec(spec)}${extras}${transform ? `, on ${formatTransform(transform)}` : ""}`;
}

/**
 * The fitted model as a text table, in the terms of R's `summary(Arima)` and statsmodels' `results.summary()`: coefficients with
 * standard errors, z and p, σ², log-likelihood and criteria, and the usual residual tests.
 */
export function summary(model: SarimaModel): string {
  const { y, nobs, logLik, aic, aicc, bic, hqic, sigma2 } = checkModel(model);
  const gaps = y.filter((value) => Number.isNaN(value)).length;
  const methods = { ml: "exact maximum likelihood", css: "conditional sum of squares", "css-ml": "CSS, then exact ML" };
  const lines = [
    formatModel(model),
    `${y.length} observations${gaps > 0 ? `, ${gaps} of them gaps` : ""}; ${nobs} in the likelihood; ${methods[model.method]}${model.converged ? "" : ", NOT CONVERGED"}`,
    "",
    ...coefficientTable(model),
    "",
    `sigma^2 = ${significant(sigma2)}:  log likelihood = ${logLik.toFixed(2)}`,
    `AIC = ${aic.toFixed(2)}   AICc = ${aicc.toFixed(2)}   BIC = ${bic.toFixed(2)}   HQIC = ${hqic.toFixed(2)}`,
    "",
    ...residualTests(model),
  ];
  if (model.warnings.length > 0) lines.push("", ...model.warnings.map((warning) => `Warning: ${warning}`));
  return lines.join("\n");
}

function coefficientTable(model: SarimaModel): string[] {
  const { params, spec, parameterNames, standardErrors, fixedMask } = model;
  const values = [
    ...params.ar,
    ...params.ma,
    ...params.seasonalAr,
    ...params.seasonalMa,
    ...(spec.mean ? [params.mean] : []),
    ...params.beta,
  ];
  if (values.length === 0) return ["No coefficients."];
  const rows = [["", "coef", "std err", "z", "P>|z|", "[0.025", "0.975]"]];
  values.forEach((value, i) => {
    const error = standardErrors[i];
    if (fixedMask[i]) {
      rows.push([parameterNames[i], significant(value), "fixed", "", "", "", ""]);
      return;
    }
    const z = value / error;
    const known = Number.isFinite(z);
    rows.push([
      parameterNames[i],
      significant(value),
      Number.isNaN(error) ? "unknown" : significant(error),
      known ? z.toFixed(3) : "",
      known ? (2 * normalTail(Math.abs(z))).toFixed(3) : "",
      known ? significant(value - 1.959963984540054 * error) : "",
      known ? significant(value + 1.959963984540054 * error) : "",
    ]);
  });
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  const text = rows.map((row) =>
    row
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c])))
      .join("  ")
      .trimEnd(),
  );
  const rule = "-".repeat(Math.max(...text.map((line) => line.length)));
  return [text[0], rule, ...text.slice(1)];
}

function residualTests(model: SarimaModel): string[] {
  const tests = diagnostics(model);
  const lines: string[] = [];
  const add = (name: string, statistic: number, p: number, rest: string) =>
    lines.push(
      `${name.padEnd(30)}${statistic.toFixed(2).padStart(10)}   p ${p < 0.0005 ? "< 0.001" : `= ${p.toFixed(3)}`}   ${rest}`.trimEnd(),
    );
  if (tests.ljungBox) {
    const { statistic, pValue, lags, df } = tests.ljungBox;
    add(`Ljung-Box Q (${lags} lags, df ${df})`, statistic, pValue, "");
  }
  if (tests.jarqueBera) {
    const { statistic, pValue, skewness, kurtosis } = tests.jarqueBera;
    add("Jarque-Bera", statistic, pValue, `skewness ${skewness.toFixed(2)}, kurtosis ${kurtosis.toFixed(2)}`);
  }
  if (tests.heteroskedasticity) {
    const { statistic, pValue } = tests.heteroskedasticity;
    add("Heteroskedasticity H", statistic, pValue, "two-sided");
  }
  return lines.length > 0 ? lines : ["Too few residuals for tests."];
}

/** Four decimals as R prints them, or five significant digits where those would hide the number. */
function significant(value: number): string {
  const size = Math.abs(value);
  return size === 0 || (size >= 0.01 && size < 1e6) ? value.toFixed(4) : value.toExponential(4);
}

function formatTransform(transform: Transform): string {
  if (transform.kind === "log") return transform.offset === 0 ? "log(y)" : `log(y + ${short(transform.offset)})`;
  if (transform.kind === "logit") return `logit of (${short(transform.lower)}, ${short(transform.upper)})`;
  return `Box-Cox(lambda = ${short(transform.lambda)})`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
