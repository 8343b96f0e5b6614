import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SarimaError } from "../src/errors.js";
import { sarima } from "../src/fit.js";
import { forecast } from "../src/forecast.js";
import { fromJSON, toJSON } from "../src/json.js";
import type { SarimaModel } from "../src/model.js";
import { simulate } from "../src/simulate.js";
import { append } from "../src/update.js";

const wave = (n: number) =>
  Float64Array.from(
    { length: n },
    (_, t) => 50 + 10 * Math.sin((2 * Math.PI * t) / 12) + 5 * Math.sin(t * t) + 0.02 * t,
  );
const holes = (y: Float64Array, ...at: number[]) => y.map((value, t) => (at.includes(t) ? Number.NaN : value));
const column = (n: number) => Array.from({ length: n }, (_, t) => Math.cos(t / 5));

const plain = sarima(wave(80), { order: [1, 1, 1], seasonal: [0, 1, 1, 12] });
const models: [string, SarimaModel][] = [
  ["plain", plain],
  ["gaps", sarima(holes(wave(90), 0, 3, 40, 41, 42, 88), { order: [1, 0, 1], seasonal: [1, 1, 0, 12] })],
  [
    "transform, regressors, harmonics, steps",
    sarima(
      wave(70),
      { order: [2, 0, 0] },
      {
        transform: { kind: "box-cox", lambda: 0.3 },
        regressors: [column(70)],
        harmonics: [{ period: 12, order: 2 }],
        steps: [30],
      },
    ),
  ],
  ["logit", sarima(wave(60), { order: [1, 0, 0] }, { transform: { kind: "logit", lower: 0, upper: 100 } })],
  [
    "log, drift, css",
    sarima(wave(60), { order: [0, 1, 1], mean: true }, { transform: { kind: "log" }, method: "css" }),
  ],
  ["fixed", sarima(wave(60), { order: [2, 0, 0] }, { fixed: { ar: [0.5, null], sigma2: 40 } })],
  ["constant", sarima(new Float64Array(20).fill(3), { order: [1, 0, 0] })],
  ["appended", append(plain, [60, 55, Number.NaN, 52])],
  ["appended, then a gap before the filter settled", append(append(plain, [60]), [Number.NaN, 50])],
  ["appended to gaps", append(sarima(holes(wave(60), 50), { order: [1, 1, 1] }), [50, 51])],
];

function failure(document: unknown): SarimaError {
  try {
    fromJSON(document as string);
  } catch (error) {
    expect(error).toBeInstanceOf(SarimaError);
    expect((error as SarimaError).code).toBe("INVALID_DOCUMENT");
    return error as SarimaError;
  }
  return expect.fail(`accepted ${JSON.stringify(document).slice(0, 200)}`);
}

describe.each(models)("a saved model: %s", (_, model) => {
  const copy = fromJSON(toJSON(model));

  it("comes back whole", () => {
    expect(copy).toEqual(model);
    expect(Object.isFrozen(copy)).toBe(true);
    expect(toJSON(copy)).toBe(toJSON(model));
  });

  it("forecasts, simulates and takes in values to the bit as before", () => {
    const regressors = model.regressors.map(() => column(30));
    expect(forecast(copy, 30, { regressors })).toStrictEqual(forecast(model, 30, { regressors }));
    expect(simulate(copy, 30, { paths: 3, regressors })).toStrictEqual(simulate(model, 30, { paths: 3, regressors }));
    const next = model.regressors.map(() => column(3));
    const more = [51, 52, 50];
    expect(append(copy, more, { regressors: next })).toStrictEqual(append(model, more, { regressors: next }));
  });
});

describe("documents", () => {
  const text = toJSON(models[2][1]);
  const fresh = () => JSON.parse(text);

  it("are read as objects too, and stay below 100 KB at n = 4032", () => {
    expect(fromJSON(fresh())).toEqual(models[2][1]);
    const long = sarima(wave(4032), { order: [1, 0, 0] }, { fixed: { ar: [0.5] } });
    expect(toJSON(long).length).toBeLessThan(50_000);
  });

  it("are refused when cut short, at every place", () => {
    for (let end = 0; end < text.length; end += 7) failure(text.slice(0, end));
    failure(text.slice(0, -1));
  });

  it("are refused when a field is missing, unknown or of another kind", () => {
    const hostile = [null, true, -1, 1.5, 1e308, "x", "", [], [1], {}, { a: 1 }, [[[]]], "AAAA", "🙂"];
    for (const field of Object.keys(fresh())) {
      const less = fresh();
      delete less[field];
      expect(failure(less).message).toContain(field);
      for (const value of hostile) {
        const doc = fresh();
        if (JSON.stringify(doc[field]) === JSON.stringify(value)) continue;
        doc[field] = value;
        // Empty lists, booleans, other numbers may be legal for their field; then a whole model must come back.
        let model: SarimaModel | undefined;
        try {
          model = fromJSON(doc);
        } catch (error) {
          expect(error).toMatchObject({ name: "SarimaError", code: "INVALID_DOCUMENT" });
        }
        if (model) expect(forecast(model, 2, { regressors: [column(2)] }).mean.every(Number.isFinite)).toBe(true);
      }
    }
    expect(failure({ ...fresh(), extra: 1 }).message).toContain("extra");
    expect(failure({ ...fresh(), version: 2 }).message).toContain("version");
  });

  it("are refused when single numbers are hostile", () => {
    const change = (edit: (doc: ReturnType<typeof fresh>) => void) => {
      const doc = fresh();
      edit(doc);
      return failure(doc).message;
    };
    expect(
      change((d) => {
        d.params.ar = [1.2, 0];
      }),
    ).toContain("params.ar must be stationary");
    expect(
      change((d) => {
        d.params.ar = [0.1];
      }),
    ).toContain("params.ar");
    expect(
      change((d) => {
        d.params.sigma2 = -1;
      }),
    ).toContain("sigma2");
    expect(
      change((d) => {
        d.params.sigma2 = null;
      }),
    ).toContain("sigma2");
    expect(
      change((d) => {
        d.params.beta.pop();
      }),
    ).toContain("beta");
    expect(
      change((d) => {
        d.spec.order = [2, 9, 0];
      }),
    ).toContain("d must be at most 3");
    expect(
      change((d) => {
        d.spec.seasonal = [1, 0, 0, 1e9];
      }),
    ).toContain("spec");
    expect(
      change((d) => {
        d.transform.lambda = "auto";
      }),
    ).toContain("lambda");
    expect(
      change((d) => {
        d.transform.kind = "exp";
      }),
    ).toContain("kind");
    expect(
      change((d) => {
        d.harmonics[0].period = 0;
      }),
    ).toContain("regressors do not fit");
    expect(
      change((d) => {
        d.harmonics[0].order = 1e9;
      }),
    ).toContain("order");
    expect(
      change((d) => {
        d.harmonics = Array(90).fill({ period: 1e9, order: 1e5 });
      }),
    ).toContain("operations to load");
    expect(
      change((d) => {
        d.regressors[0] = d.regressors[0].slice(0, 64);
      }),
    ).toContain("regressors");
    expect(
      change((d) => {
        d.y = `${d.y.slice(0, -1)}!`;
      }),
    ).toContain("y must be base64");
    expect(
      change((d) => {
        d.y = btoa("12345678x");
      }),
    ).toContain("multiple of 8");
    expect(
      change((d) => {
        d.y = btoa("\0\0\0\0\0\0\xf0\x7f".repeat(70));
      }),
    ).toContain("infinite");
    expect(
      change((d) => {
        d.filteredTo = 71;
      }),
    ).toContain("filteredTo");
    expect(
      change((d) => {
        d.nobs = 0;
      }),
    ).toContain("nobs");
    expect(
      change((d) => {
        d.logLik = btoa("\0\0\0\0\0\0\xf0\x7f");
      }),
    ).toContain("logLik");
    expect(
      change((d) => {
        d.warnings = ["x".repeat(2000)];
      }),
    ).toContain("warnings");
  });

  it("cannot reach prototypes", () => {
    const poisoned = `{"__proto__":{"polluted":true},${text.slice(1)}`;
    expect(failure(poisoned).message).toContain("__proto__");
    failure(text.replace('"params":{', '"params":{"__proto__":{"polluted":1},'));
    failure(text.replace('"params":{', '"params":{"constructor":{"prototype":{"polluted":1}},'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    // A field on the prototype is no field of the document.
    const { format: _, ...rest } = fresh();
    failure(Object.assign(Object.create({ format: "sarima-core/model" }), rest));
  });

  it("are refused when they are no documents at all", () => {
    const deep = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    const trap = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error("trap");
        },
      },
    );
    for (const document of [
      "",
      "null",
      "1",
      '"x"',
      "[]",
      "{}",
      deep,
      cycle,
      trap,
      null,
      undefined,
      5,
      true,
      [],
      () => 1,
      Symbol("s"),
    ]) {
      failure(document);
    }
    failure({
      ...fresh(),
      toJSON: () => {
        throw new Error("trap");
      },
    });
  });

  it("that ask for hours of work are refused at once", () => {
    const doc = fresh();
    doc.spec = { order: [0, 0, 0], seasonal: [1, 0, 0, 12_000], mean: true };
    doc.params = { ...doc.params, ar: [], seasonalAr: [0.5], beta: [] };
    doc.y = btoa("\0\0\0\0\0\0\xf8\x7f\0\0\0\0\0\0\xf0\x3f".repeat(2000));
    doc.filteredTo = 4000;
    doc.harmonics = [];
    doc.steps = [];
    doc.regressors = [];
    expect(failure(doc).message).toContain("operations to load");
  });

  it("made of any JSON give INVALID_DOCUMENT and nothing else", () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(fresh())), fc.jsonValue(), (field, value) => {
        const doc = { ...fresh(), [field]: value };
        try {
          fromJSON(doc);
        } catch (error) {
          expect(error).toMatchObject({ name: "SarimaError", code: "INVALID_DOCUMENT" });
        }
        failure(value);
      }),
      { numRuns: 300 },
    );
  });
});
