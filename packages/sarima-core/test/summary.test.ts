import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sarima } from "../src/fit.js";
import type { TransformSpec } from "../src/model.js";
import { formatModel, summary } from "../src/summary.js";

// R's data sets lh and presidents, as fixtures/diagnostics.R wrote them.
const { series }: { series: { name: string; x: (number | null)[] }[] } = JSON.parse(
  readFileSync(new URL("fixtures/diagnostics.json", import.meta.url), "utf8"),
);
const dataSet = (name: string) => series.find((s) => s.name === name)?.x.map((value) => value ?? Number.NaN) ?? [];
const lh = dataSet("lh");
const presidents = dataSet("presidents");

describe("summary", () => {
  it("has the numbers that R prints for arima(lh, order = c(3,0,0)), under their names", () => {
    const model = sarima(lh, { order: [3, 0, 0] });
    const text = summary(model);
    // R's own optimum and Hessian give 0.1668 and 0.09626 for the errors of ar2 and the mean.
    expect(text).toBe(`SARIMA(3,0,0) with mean
48 observations; 48 in the likelihood; exact maximum likelihood

         coef  std err       z  P>|z|   [0.025  0.975]
------------------------------------------------------
ar1    0.6448   0.1394   4.626  0.000   0.3716  0.9180
ar2   -0.0634   0.1667  -0.380  0.704  -0.3902  0.2634
ar3   -0.2198   0.1421  -1.547  0.122  -0.4983  0.0587
mean   2.3931   0.0963  24.861  0.000   2.2045  2.5818

sigma^2 = 0.1787:  log likelihood = -27.09
AIC = 64.18   AICc = 65.61   BIC = 73.54   HQIC = 67.72

Ljung-Box Q (10 lags, df 7)         3.86   p = 0.796
Jarque-Bera                         9.61   p = 0.008   skewness 0.91, kurtosis 4.23
Heteroskedasticity H                1.49   p = 0.431   two-sided`);
  });

  it("says what is unusual: gaps, transformations, fixed values, warnings, a search that stopped", () => {
    const gappy = sarima(presidents, { order: [3, 0, 0] }, { fixed: { ar: [null, null, -0.2] } });
    expect(summary(gappy)).toContain("120 observations, 6 of them gaps; 114 in the likelihood");
    expect(summary(gappy)).toMatch(/ar3 +-0\.2000 +fixed\n/);
    const log = sarima(
      lh,
      { order: [0, 1, 1], mean: true },
      {
        transform: { kind: "log", offset: 0.5 },
        harmonics: [
          { period: 12, order: 1 },
          { period: 24, order: 2 },
        ],
        steps: [20],
        regressors: [Array.from(lh, (_, t) => Math.sin(t * t)), Array.from(lh, (_, t) => Math.cos(t * t))],
      },
    );
    expect(formatModel(log)).toBe(
      "SARIMA(0,1,1) with drift, 2 regressors, 1 harmonic of 12, 2 harmonics of 24, 1 level shift, on log(y + 0.5)",
    );
    const stopped = sarima(lh, { order: [2, 0, 2] }, { maxIterations: 1 });
    expect(summary(stopped)).toContain("NOT CONVERGED");
    expect(summary(stopped)).toContain("Warning: the search stopped before it converged");
    const constant = sarima(new Float64Array(12).fill(4), { order: [0, 0, 0] });
    expect(summary(constant)).toContain("Warning: the series is constant");
    expect(summary(sarima([1, 3, 2, 5, 4], { order: [0, 1, 0] }))).toContain("No coefficients.");
  });

  it("names the transformation", () => {
    const on = (transform: TransformSpec) =>
      formatModel(sarima(lh, { order: [1, 0, 0], seasonal: [0, 0, 0, 12] }, { transform }));
    expect(on({ kind: "log" })).toBe("SARIMA(1,0,0) with mean, on log(y)");
    expect(on({ kind: "logit", lower: 0, upper: 100 })).toBe("SARIMA(1,0,0) with mean, on logit of (0, 100)");
    expect(on({ kind: "box-cox", lambda: 1 / 3 })).toBe("SARIMA(1,0,0) with mean, on Box-Cox(lambda = 0.3333)");
  });
});
