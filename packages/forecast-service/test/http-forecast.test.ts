import { sarima } from "sarima-core";
import { describe, expect, it } from "vitest";
import { inlineExecutor } from "../src/executor/inline.js";
import { createAdmission } from "../src/http/admission.js";
import type { ForecastResponse } from "../src/http/contract.js";
import * as schemas from "../src/http/schemas.js";
import { build, complaints, expectProblem, expectShape, post, service } from "./http-application.js";

const values = Array.from(
  { length: 96 },
  (_, t) => 40 + 8 * Math.sin((2 * Math.PI * t) / 12) + (((t * 7919) % 101) / 101) * 3,
);
describe("POST /api/v1/forecast", () => {
  it("fits given orders as the library does, and forecasts every step", async () => {
    const response = await post({
      values,
      horizon: 4,
      order: [1, 0, 1],
      seasonal: [1, 0, 0, 12],
      levels: [0.5, 0.9],
      start: "2026-01-31T23:50:00+00:00",
      stepSeconds: 300,
    });
    expect(response.statusCode).toBe(200);
    const body = expectShape(schemas.forecastResponse, response.json());
    const own = sarima(values, { order: [1, 0, 1], seasonal: [1, 0, 0, 12] });
    expect(body.model.order).toEqual([1, 0, 1]);
    expect(body.model.seasonal).toEqual([1, 0, 0, 12]);
    expect(body.model.logLik).toBeCloseTo(own.logLik, 8);
    expect(body.model.params.seasonalAr[0]).toBeCloseTo(own.params.seasonalAr[0], 8);
    expect(body.forecast.map(({ step, time }) => [step, time])).toEqual([
      [1, "2026-02-01T07:50:00.000Z"],
      [2, "2026-02-01T07:55:00.000Z"],
      [3, "2026-02-01T08:00:00.000Z"],
      [4, "2026-02-01T08:05:00.000Z"],
    ]);
    for (const { median, intervals } of body.forecast) {
      expect(intervals.map(({ level }) => level)).toEqual([0.5, 0.9]);
      expect(intervals[1].lower).toBeLessThan(intervals[0].lower);
      expect(intervals[0].lower).toBeLessThan(median);
    }
  });

  it("searches orders, takes gaps, and stays inside bounds", async () => {
    const worn: (number | null)[] = values.map((value, t) => (t % 17 === 3 ? null : Math.max(0, value - 36)));
    const response = await post({ values: worn, horizon: 24, period: 12, bounds: { lower: 0 } });
    const body = expectShape(schemas.forecastResponse, response.json());
    expect(body.forecast).toHaveLength(24);
    expect(body.forecast[0].time).toBeUndefined();
    expect(body.forecast[0].intervals.map(({ level }) => level)).toEqual([0.8, 0.95]);
    expect(
      Math.min(...body.forecast.flatMap(({ intervals }) => intervals.map(({ lower }) => lower))),
    ).toBeGreaterThanOrEqual(0);
  });

  it("says when the season asked for was left out", async () => {
    const body = (await post({ values: values.slice(0, 20), horizon: 1, period: 12 })).json() as ForecastResponse;
    expect(body.warnings).toContain("period 12 needs 24 values and was left out");
  });

  it("has an answer for a constant series, whose likelihood is infinite", async () => {
    const response = await post({
      values: new Array(40).fill(5),
      horizon: 3,
      period: 12,
      bounds: { lower: 0, upper: 100 },
    });
    const body = expectShape(schemas.forecastResponse, response.json());
    expect(body.model.logLik).toBeNull();
    expect(body.forecast[2]).toMatchObject({
      median: 5,
      intervals: [
        { lower: 5, upper: 5 },
        { lower: 5, upper: 5 },
      ],
    });
    expect(body.warnings.join()).toContain("constant");
  });

  it.each([
    ["2026-01-31T23:59:59.999Z", 0.0015, 1000, ["2026-02-01T00:00:01.499Z", "2026-02-01T00:00:01.501Z"]],
    ["2026-03-29T01:59:00+01:00", 1 / 3, 1000, ["2026-03-29T01:04:33.333Z", "2026-03-29T01:04:33.667Z"]],
    ["1969-12-31T23:00:00Z", 1.005, 2000, ["1969-12-31T23:33:30.000Z", "1969-12-31T23:33:31.005Z"]],
  ])("gives every step its time: from %s in steps of %s s", async (start, stepSeconds, count, times) => {
    const steady = Array.from({ length: count }, (_, t) => (t * 7919) % 101);
    const response = await post({ values: steady, horizon: 2, order: [0, 0, 0], start, stepSeconds });
    expect((response.json() as ForecastResponse).forecast.map(({ time }) => time)).toEqual(times);
  });

  const good = { values: [1, 2, 3, 5, 4, 6, 7, 6], horizon: 2 };
  it.each<[string, unknown, number, string, string]>([
    ["no values", { horizon: 1 }, 400, "INVALID_REQUEST", "values is required"],
    ["one value", { values: [null, 7, null], horizon: 1 }, 400, "TOO_SHORT", "values has 1 observed"],
    ["no number", { values: [null, null], horizon: 1 }, 400, "NO_DATA", "values holds no number"],
    ["huge values", { values: [1e300, -1e300, 2e300, 1e299], horizon: 1 }, 400, "NON_FINITE", "the variance of values"],
    [
      "a day for a time",
      { ...good, start: "2026-01-31", stepSeconds: 60 },
      400,
      "INVALID_REQUEST",
      "start: expected a time with its zone, such as 2026-01-31T12:00:00Z",
    ],
    [
      "a number for a time",
      { ...good, start: 1769860800, stepSeconds: 60 },
      400,
      "INVALID_REQUEST",
      "start: expected string; received 1769860800",
    ],
    [
      "times beyond four digits",
      { ...good, start: "9999-12-31T23:59:00Z", stepSeconds: 60 },
      400,
      "INVALID_REQUEST",
      "start and stepSeconds lead beyond the year 9999",
    ],
    ["an empty series", { ...good, values: [] }, 400, "INVALID_REQUEST", "values: too small"],
    [
      "a text among the values",
      { ...good, values: [1, "2"] },
      400,
      "INVALID_REQUEST",
      'values[1]: expected number; received "2"',
    ],
    [
      "an overflowing number",
      '{"values":[1,1e999,3],"horizon":1}',
      400,
      "INVALID_REQUEST",
      "values[1]: expected number",
    ],
    ["too many values", { ...good, values: new Array(100_001).fill(1) }, 400, "INVALID_REQUEST", "values: too big"],
    ["a broken horizon", { ...good, horizon: 2.5 }, 400, "INVALID_REQUEST", "horizon: expected int; received 2.5"],
    ["a horizon too far", { ...good, horizon: 10_001 }, 400, "INVALID_REQUEST", "horizon: too big"],
    ["a field with a spelling mistake", { ...good, horizn: 1 }, 400, "INVALID_REQUEST", "horizn is not a field"],
    ["orders of the wrong length", { ...good, order: [1, 0] }, 400, "INVALID_REQUEST", "order"],
    ["a season without orders", { ...good, seasonal: [1, 0, 0, 4] }, 400, "INVALID_REQUEST", "seasonal needs order"],
    [
      "two periods",
      { ...good, order: [1, 0, 0], seasonal: [1, 0, 0, 4], period: 3 },
      400,
      "INVALID_REQUEST",
      "period is 3 but seasonal says 4",
    ],
    [
      "a level in percent",
      { ...good, levels: [80] },
      400,
      "INVALID_REQUEST",
      "levels[0]: too big: expected number to be <1; received 80",
    ],
    [
      "bounds upside down",
      { ...good, bounds: { lower: 2, upper: 1 } },
      400,
      "INVALID_REQUEST",
      "bounds must have lower below upper",
    ],
    ["a value outside the bounds", { ...good, bounds: { upper: 6 } }, 400, "OUT_OF_BOUNDS", "values[6] is 7"],
    [
      "a start without a step",
      { ...good, start: "2026-01-01T00:00:00Z" },
      400,
      "INVALID_REQUEST",
      "stepSeconds is needed",
    ],
    [
      "a start that is no time",
      { ...good, start: "yesterday", stepSeconds: 1 },
      400,
      "INVALID_REQUEST",
      'received "yesterday"',
    ],
    ["gaps only", { ...good, values: [null, null] }, 400, "NO_DATA", "holds no number"],
    ["a series too short for its orders", { ...good, values: [1, 2], order: [3, 1, 3] }, 400, "TOO_SHORT", ""],
    ["a season of one", { ...good, order: [1, 0, 0], seasonal: [1, 0, 0, 1] }, 400, "INVALID_ORDER", "period"],
    ["broken JSON", '{"values":[1,', 400, "INVALID_JSON", ""],
    ["no body", "", 400, "INVALID_JSON", ""],
    ["a list", [1, 2, 3], 400, "INVALID_REQUEST", "the body"],
  ])("refuses %s", async (_, body, status, code, detail) => {
    const problem = expectProblem(await post(body), status);
    expect(problem.code).toBe(code);
    expect(problem.detail.toLowerCase()).toContain(detail.toLowerCase());
  });

  it("refuses bodies that are too large or no JSON", async () => {
    const large = `{"horizon":1,"values":[${"1234567890.123456,".repeat(300_000)}1]}`;
    expect(expectProblem(await post(large), 413)).toMatchObject({
      code: "BODY_TOO_LARGE",
      detail: expect.stringMatching(/^the body has more than \d+ bytes; send less, or raise http\.bodyLimit/),
    });
    for (const type of ["text/csv", "text/plain"]) {
      expect(expectProblem(await post("{}", { "content-type": type }), 415)).toMatchObject({
        code: "UNSUPPORTED_MEDIA_TYPE",
        detail: `the body's content-type is "${type}"; it must be application/json`,
      });
    }
  });

  it("does not give away what failed inside, but logs it", async () => {
    const broken = await build({
      executor: { ...service.executor, run: () => Promise.reject(new Error("secret path /etc")) },
    });
    const response = await broken.inject({ method: "POST", url: "/api/v1/forecast", payload: good });
    expect(expectProblem(response, 500)).toMatchObject({ code: "INTERNAL" });
    expect(response.body).not.toContain("secret");
    expect(complaints.some((line) => line.includes("secret path"))).toBe(true);
    await broken.close();
  });
});

describe("admission", () => {
  it("lets some in, lets some wait, and turns the rest away", async () => {
    const admission = createAdmission({ running: 1, waiting: 1 });
    const order: string[] = [];
    let release = () => {};
    const first = admission.enter(async () => {
      order.push("first");
      await new Promise<void>((resolve) => {
        release = resolve;
      });
    });
    const second = admission.enter(async () => void order.push("second"));
    await expect(admission.enter(async () => {})).rejects.toMatchObject({ status: 503, code: "BUSY" });
    expect(order).toEqual(["first"]);
    release();
    await Promise.all([first, second]);
    await admission.enter(async () => void order.push("third"));
    expect(order).toEqual(["first", "second", "third"]);
  });

  it("lets go of who does not wait any longer", async () => {
    const admission = createAdmission({ running: 1, waiting: 1 });
    const order: string[] = [];
    let release = () => {};
    const first = admission.enter(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const leaving = new AbortController();
    const gone = admission.enter(async () => void order.push("gone"), leaving.signal);
    leaving.abort(new Error("left"));
    await expect(gone).rejects.toThrow("left");
    // Its place in the line is free again.
    const second = admission.enter(async () => void order.push("second"));
    release();
    await Promise.all([first, second]);
    await expect(admission.enter(async () => void order.push("late"), leaving.signal)).rejects.toThrow("left");
    expect(order).toEqual(["second"]);
  });

  it("fits nothing for callers who went away while they waited", async () => {
    const started: number[] = [];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const executor = inlineExecutor();
    const server = await build({
      executor: {
        ...executor,
        concurrency: 1,
        async run(job, input, options) {
          if (job === "train") started.push((input as { prepared: { values: Float64Array } }).prepared.values[0]);
          await held;
          return executor.run(job, input, options);
        },
      },
    });
    const address = await server.listen({ host: "127.0.0.1", port: 0 });
    const ask = (first: number, signal?: AbortSignal) =>
      fetch(`${address}/api/v1/forecast`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ values: [first, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6], horizon: 2, order: [0, 1, 0] }),
        ...(signal ? { signal } : {}),
      });
    const first = ask(1);
    while (started.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const leaving = new AbortController();
    const gone = ask(2, leaving.signal);
    await new Promise((resolve) => setTimeout(resolve, 100));
    leaving.abort();
    await expect(gone).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    expect((await first).status).toBe(200);
    expect((await ask(3)).status).toBe(200);
    expect(started).toEqual([1, 3]);
    await server.close();
  });

  it("gives the place back after a failure", async () => {
    const admission = createAdmission({ running: 1, waiting: 0 });
    await expect(admission.enter(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await admission.enter(async () => 1)).toBe(1);
  });
});
