import { describe, expect, it } from "vitest";
import * as schemas from "../src/http/schemas.js";
import { build, clock, expectProblem, expectShape, get, service } from "./http-application.js";

describe("series", () => {
  it("are listed with their state", async () => {
    const { series, now } = expectShape(schemas.seriesList, (await get("/api/v1/series")).json());
    expect(now).toBe(new Date(clock.now()).toISOString());
    expect(series.map(({ id, status }) => [id, status])).toEqual([
      ["demo/cpu_percent", "forecast"],
      ["demo/memory_percent", "forecast"],
      ["rack 1/web ä/cpu_percent", "waiting"],
    ]);
    expect(series[2]).toMatchObject({ host: "rack 1/web ä", unit: "percent", last: { value: 12.5 } });
  });

  it("have a history on a grid, with gaps", async () => {
    const url = `/api/v1/series/${encodeURIComponent("demo/cpu_percent")}/history`;
    const day = expectShape(schemas.historyResponse, (await get(url)).json());
    expect(day.points).toHaveLength(289);
    expect(day.points.at(-1)?.time).toBe("2026-11-23T10:00:00.000Z");

    const coarse = (await get(`${url}?from=2026-11-22T22:10:00Z&to=2026-11-23T01:00:00%2B00:00&step=3600`)).json();
    expect(coarse).toMatchObject({
      from: "2026-11-22T22:00:00.000Z",
      to: "2026-11-23T01:00:00.000Z",
      stepSeconds: 3600,
    });
    const hour = day.points.filter(({ time, value }) => time.startsWith("2026-11-23T00:") && value !== null);
    const mean = hour.reduce((sum, { value }) => sum + (value ?? 0), 0) / hour.length;
    expect(coarse.points[2].value).toBeCloseTo(mean, 10);

    const before = (await get(`${url}?from=2020-01-01T00:00:00Z&to=2020-01-01T00:10:00Z`)).json();
    expect(before.points.map(({ value }: { value: number | null }) => value)).toEqual([null, null]);
  });

  it.each([
    ["from=yesterday", "INVALID_REQUEST", "query from"],
    ["step=0", "INVALID_REQUEST", "query step"],
    ["step=abc", "INVALID_REQUEST", "query step"],
    ["from=2026-11-23T10:00:00Z&to=2026-11-22T10:00:00Z", "BAD_RANGE", "must not be after"],
    ["from=2020-01-01T00:00:00Z", "TOO_MANY_POINTS", "at most 20000"],
  ])("refuse the range %s", async (query, code, words) => {
    const problem = expectProblem(await get(`/api/v1/series/demo%2Fcpu_percent/history?${query}`), 400);
    expect(problem.code).toBe(code);
    expect(problem.detail).toContain(words);
  });

  it("have a forecast, or a reason why there is none", async () => {
    const body = expectShape(
      schemas.storedForecastResponse,
      (await get("/api/v1/series/demo%2Fcpu_percent/forecast")).json(),
    );
    expect(body).toMatchObject({ id: "demo/cpu_percent", synthetic: true, modelVersion: "demo/cpu_percent@1" });
    expect(body.forecast).toHaveLength(48);

    const url = `/api/v1/series/${encodeURIComponent("rack 1/web ä/cpu_percent")}/forecast`;
    const none = expectProblem(await get(url), 404);
    expect(none.code).toBe("NO_FORECAST");
    expect(none.detail).toContain("Has 0 of the 36 five-minute values");
    expect(expectProblem(await get("/api/v1/series/no%2Fwhere/forecast"), 404).code).toBe("UNKNOWN_SERIES");
    expect(expectProblem(await get("/api/v1/series/%E0%A4%A/forecast"), 400).code).toBe("BAD_REQUEST");
  });
});

describe("GET /api/v1/events", () => {
  it("tells of samples and forecasts as they come, and lets go when the service ends", async () => {
    const live = await build();
    const address = await live.listen({ host: "127.0.0.1", port: 0 });
    const response = await fetch(`${address}/api/v1/events`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    let text = "";
    const reading = (async () => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    })();
    await clock.advance(15_000);
    service.events.publish({
      type: "forecast",
      series: "a/b",
      modelVersion: "a/b@1",
      issuedAt: "2026-11-23T10:00:00.000Z",
    });
    while (!text.includes("a/b@1")) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(text).toContain("retry: 3000");
    const samples = /event: samples\ndata: (.*)\n\n/.exec(text)?.[1] ?? "";
    expect(JSON.parse(samples)).toEqual({ type: "samples", series: ["rack 1/web ä/cpu_percent"] });
    expect(text).toMatch(/event: forecast\ndata: \{"type":"forecast","series":"a\/b"/);
    await live.close();
    await reading.catch(() => {});
  });
});
