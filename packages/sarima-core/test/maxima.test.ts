import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { logLikelihood, SarimaError, sarima } from "../src/index.js";

interface Case {
  series: string;
  order: [number, number, number];
  seasonal: [number, number, number, number];
  /** Coefficients where R ends from its own start; null where it ends with an error. */
  own: number[] | null;
  /** The same from random starts. */
  others: number[][];
}

/** What fixtures/maxima.R wrote. */
const { series, cases } = JSON.parse(readFileSync(new URL("fixtures/maxima.json", import.meta.url), "utf8")) as {
  series: Record<string, number[]>;
  cases: Case[];
};

/** The exact log-likelihood at R's coefficients, at the best mean for them; −Infinity where they are not stationary. */
function exactAt({ series: name, order, seasonal }: Case, coefficients: readonly number[] | null): number {
  if (coefficients === null) return -Infinity;
  const rest = [...coefficients];
  const [ar, ma, seasonalAr, seasonalMa] = [order[0], order[2], seasonal[0], seasonal[2]].map((n) => rest.splice(0, n));
  try {
    return logLikelihood(
      series[name],
      { order, seasonal, mean: hasMean(order, seasonal) },
      { ar, ma, seasonalAr, seasonalMa },
    );
  } catch (error) {
    if (error instanceof SarimaError && error.code === "NON_STATIONARY") return -Infinity;
    throw error;
  }
}

const hasMean = (order: Case["order"], seasonal: Case["seasonal"]) => order[1] + seasonal[1] === 0;

describe("surfaces with several maxima", () => {
  it.each(cases)("$series $order $seasonal: none of R's random starts leads higher", (model) => {
    const { order, seasonal, own, others } = model;
    const { logLik } = sarima(series[model.series], { order, seasonal, mean: hasMean(order, seasonal) });
    const best = Math.max(...[own, ...others].map((coefficients) => exactAt(model, coefficients)));
    expect(Number.isFinite(best)).toBe(true);
    expect(logLik).toBeGreaterThan(best - 0.01);
  });

  it("are what these are: R's own start misses the highest in some", () => {
    const missed = cases.filter((model) => {
      const best = Math.max(...model.others.map((coefficients) => exactAt(model, coefficients)));
      return exactAt(model, model.own) < best - 0.1;
    });
    expect(missed.length).toBeGreaterThan(2);
  });
});
