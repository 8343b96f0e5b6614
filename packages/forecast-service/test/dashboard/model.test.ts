import { describe, expect, it } from "vitest";
import {
  coefficientText,
  orderText,
  type SarimaMember,
  structureOf,
} from "../../dashboard/src/pages/model/structure.js";
import { modelWords } from "../../dashboard/src/pages/model/words.js";

function member(change: Partial<SarimaMember>): SarimaMember {
  return {
    weight: 1,
    reason: "",
    name: "m",
    order: [0, 0, 0],
    seasonal: [0, 0, 0, 0],
    transform: null,
    parameters: [],
    sigma2: null,
    logLik: null,
    aic: null,
    aicc: null,
    bic: null,
    ...change,
  };
}

const hours = (steps: number) => `${steps / 12} h`;

describe("structure of a model", () => {
  it("has the factors of its orders, in the signs of the polynomial", () => {
    const structure = structureOf(
      member({
        order: [2, 1, 1],
        seasonal: [1, 1, 0, 12],
        parameters: [
          { name: "ar1", value: 0.5, standardError: 0.1 },
          { name: "ar2", value: -0.2, standardError: 0.1 },
          { name: "ma1", value: -0.7, standardError: 0.1 },
          { name: "sar1", value: 0.3, standardError: null },
          { name: "beta1", value: 2, standardError: 1 },
        ],
      }),
    );
    expect(structure.ar).toEqual([
      { symbol: "φ", lag: 1, coefficients: [-0.5, 0.2] },
      { symbol: "Φ", lag: 12, coefficients: [-0.3] },
    ]);
    expect(structure.ma).toEqual([{ symbol: "θ", lag: 1, coefficients: [-0.7] }]);
    expect(structure).toMatchObject({ d: 1, D: 1, period: 12, regressors: 1, constant: null });
  });

  it("is named like a model", () => {
    expect(orderText([2, 0, 1], [1, 0, 1, 12])).toBe("(2,0,1)(1,0,1)[12]");
    expect(orderText([2, 0, 1], [0, 0, 0, 0])).toBe("(2,0,1)");
    expect([0.5, -0.123456, 1e-7, 123456789, 0].map((value) => coefficientText(value))).toEqual([
      "0.5",
      "−0.123",
      "1.00e-7",
      "1.23e+8",
      "0",
    ]);
  });
});

describe("model in words", () => {
  it("says what goes on from what, with its weights", () => {
    const words = modelWords(
      structureOf(
        member({
          order: [1, 0, 1],
          seasonal: [0, 1, 1, 12],
          transform: { kind: "logit", lower: 0, upper: 100 },
          parameters: [
            { name: "ar1", value: 0.8, standardError: 0.1 },
            { name: "ma1", value: -0.3, standardError: 0.1 },
            { name: "sma1", value: -0.9, standardError: 0.1 },
          ],
          sigma2: 0.04,
        }),
      ),
      hours,
    );
    expect(words).toEqual([
      "It works on a scale that has no ends (logit), so that no forecast leaves 0 to 100.",
      "What it looks at is the change from 12 steps (1\u00a0h) before.",
      "It expects this change from the last one (weight 0.8), the last surprise, which is what it had not expected (weight −0.3) and the surprise of 12 steps (1\u00a0h) before (weight −0.9).",
      "What one step cannot explain has a standard deviation of 0.2 on that scale.",
    ]);
  });

  it("names only the largest of many weights", () => {
    const parameters = Array.from({ length: 60 }, (_, place) => ({
      name: `ar${place + 1}`,
      value: place === 11 ? 0.9 : 0.01,
      standardError: null,
    }));
    const text = modelWords(structureOf(member({ order: [60, 0, 0], parameters })), hours).join(" ");
    expect(text).toContain("the last 60 values, most of all 12 back (weight 0.9)");
    expect(text.length).toBeLessThan(250);
  });

  it("says it of models that have nothing to say", () => {
    expect(modelWords(structureOf(member({})), hours).join(" ")).toContain("expects its mean at all times");
    expect(modelWords(structureOf(member({ order: [0, 1, 0] })), hours).join(" ")).toContain("as likely up as down");
  });
});
