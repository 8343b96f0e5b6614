import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toBatches } from "../../../src/adapters/mlflow/batches.js";
import { joinParameters, LONGEST_VALUE, splitParameters } from "../../../src/adapters/mlflow/parameters.js";

const metric = (i: number) => ({ key: `m${i}`, value: i, timestamp: 1, step: 0 });
const pair = (i: number, length = 1) => ({ key: `k${i}`, value: "x".repeat(length) });
const many = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));

describe("toBatches", () => {
  it("keeps to MLflow's limits, and leaves nothing out but metrics that are not finite", () => {
    const counts = fc.record({
      metrics: fc.integer({ min: 0, max: 2500 }),
      params: fc.integer({ min: 0, max: 350 }),
      tags: fc.integer({ min: 0, max: 250 }),
      length: fc.constantFrom(1, 100, 6000),
    });
    fc.assert(
      fc.property(counts, ({ metrics, params, tags, length }) => {
        const all = {
          metrics: many(metrics, metric),
          params: many(params, (i) => pair(i, length)),
          tags: many(tags, (i) => pair(i, length)),
        };
        const batches = toBatches({
          ...all,
          metrics: [...all.metrics, { ...metric(0), value: Number.NaN }, { ...metric(0), value: Infinity }],
        });
        for (const batch of batches) {
          expect(batch.metrics.length).toBeLessThanOrEqual(1000);
          expect(batch.params.length).toBeLessThanOrEqual(100);
          expect(batch.tags.length).toBeLessThanOrEqual(100);
          expect(batch.metrics.length + batch.params.length + batch.tags.length).toBeLessThanOrEqual(1000);
          expect(Buffer.byteLength(JSON.stringify({ run_id: "x".repeat(32), ...batch }))).toBeLessThanOrEqual(
            1_000_000,
          );
        }
        for (const kind of ["metrics", "params", "tags"] as const) {
          expect(batches.flatMap((batch) => batch[kind] as unknown[])).toEqual(all[kind]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("asks for nothing when there is nothing", () => {
    expect(toBatches({ metrics: [], params: [], tags: [] })).toEqual([]);
  });
});

describe("splitParameters", () => {
  it("cuts long values into parts that MLflow takes, and joinParameters puts them together", () => {
    const value = fc.oneof(
      fc.string({ maxLength: 20, unit: "grapheme" }),
      fc
        .tuple(fc.integer({ min: 5990, max: 18_010 }), fc.constantFrom("x", "😀", "é"))
        .map(([n, part]) => part.repeat(n)),
    );
    const parameters = fc.dictionary(fc.constantFrom("a", "b/c", "a.2", "__proto__", "constructor"), value, {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(parameters, (wanted) => {
        const parts = splitParameters(wanted);
        for (const part of parts) {
          expect(part.value.length).toBeLessThanOrEqual(LONGEST_VALUE);
          expect(part.value).not.toMatch(/\p{Surrogate}/u);
        }
        expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
        expect(joinParameters([...parts].reverse())).toEqual(wanted);
      }),
    );
  });
});
