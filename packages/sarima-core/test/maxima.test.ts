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

describe("roots that nearly cancel at −1", () => {
  // An alternation that comes and goes. From afar nothing points to it: the search begins there as well.
  const truth = { ar: [-1.98, -0.981], ma: [1.9, 0.905] };

  function simulated(seed: number, share: number): number[] {
    let state = seed * 7919;
    const uniform = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const e: number[] = [];
    const x: number[] = [];
    for (let t = 0; t < 400; t++) {
      e[t] = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
      const before = (list: number[], lag: number) => list[t - lag] ?? 0;
      x[t] = e[t] + 1.9 * before(e, 1) + 0.905 * before(e, 2) - 1.98 * before(x, 1) - 0.981 * before(x, 2);
    }
    return x.slice(100).map((value) => (uniform() < share ? Number.NaN : value));
  }

  it.each([
    { seed: 3, share: 0 },
    { seed: 31, share: 0 },
    { seed: 51, share: 0 },
    { seed: 3, share: 0.1 },
    { seed: 35, share: 0.1 },
    { seed: 51, share: 0.1 },
  ])("are found: series $seed with a share of $share missing", ({ seed, share }) => {
    const y = simulated(seed, share);
    const { logLik, params } = sarima(y, { order: [2, 0, 2] });
    expect(logLik).toBeGreaterThan(logLikelihood(y, { order: [2, 0, 2] }, { ...truth, mean: params.mean }));
  });
});
