import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LoadcastError } from "../src/errors.js";
import * as schemas from "../src/http/schemas.js";
import { buildFake, LISTED } from "./fake-application.js";
import { fakeLibrary, fakeMonitor, KNOWN } from "./fake-questions.js";
import { expectProblem, expectShape } from "./problem-shape.js";

let app: Awaited<ReturnType<typeof buildFake>>;
beforeAll(async () => {
  app = await buildFake();
});
afterAll(() => app.close());
const get = (url: string, headers = {}) => app.inject({ url: `/api/v1${url}`, headers });
const send = (method: "POST" | "DELETE", url: string, payload?: object) =>
  app.inject({ method, url: `/api/v1${url}`, ...(payload ? { payload } : {}) });
const id = encodeURIComponent(KNOWN);

describe("GET /series", () => {
  const page = async (query: string) => expectShape(schemas.seriesList, (await get(`/series${query}`)).json());

  it("gives pages that together are the whole list, each entry once", async () => {
    const seen: string[] = [];
    let after = "";
    for (let turn = 0; turn < 10; turn++) {
      const { series, next, total } = await page(`?limit=2${after && `&after=${encodeURIComponent(after)}`}`);
      expect(total).toBe(LISTED.length);
      expect(series.length).toBeLessThanOrEqual(2);
      seen.push(...series.map((entry) => entry.id));
      if (next === null) break;
      after = next;
    }
    expect(seen).toEqual(LISTED.map((entry) => entry.id));
  });

  it("is filtered", async () => {
    const ids = async (query: string) => (await page(query)).series.map((entry) => entry.id);
    expect(await ids("?host=a")).toEqual(["a/cpu_percent", "a/memory_percent"]);
    expect(await ids("?metric=memory_percent")).toEqual(["a/memory_percent"]);
    expect(await ids("?status=failed")).toEqual(["c/cpu_percent"]);
    expect(await ids("?q=A%2Fc")).toEqual(["a/cpu_percent"]);
    expect(await ids("?q=nothing")).toEqual([]);
    expect((await page("?host=a&limit=1")).total).toBe(2);
  });

  it.each(["limit=0", "limit=1001", "limit=x", "status=ok", "after="])("refuses %s", async (query) => {
    expect(expectProblem(await get(`/series?${query}`), 400).code).toBe("INVALID_REQUEST");
  });
});

describe("an answer that did not change", () => {
  it("is not sent again, whatever its own time is", async () => {
    const first = await get("/series");
    const etag = String(first.headers.etag);
    expect(etag).toMatch(/^W\/"[\w-]{20,}"$/);
    expect(first.headers["cache-control"]).toBe("private, no-cache");
    const second = await get("/series");
    expect(second.json().now).not.toBe(first.json().now);
    expect(second.headers.etag).toBe(etag);
    for (const known of [etag, `"other", ${etag}`, etag.slice(2), "*"]) {
      const again = await get("/series", { "if-none-match": known });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, "", etag]);
    }
    expect((await get("/series?limit=1")).headers.etag).not.toBe(etag);
    expect((await get("/series", { "if-none-match": 'W/"other"' })).statusCode).toBe(200);
  });

  it("concerns answers only, not failures and not what is done", async () => {
    const failed = await get("/series/none%2Fx/forecast", { "if-none-match": "*" });
    expect(expectProblem(failed, 404).code).toBe("UNKNOWN_SERIES");
    expect([failed.headers.etag, failed.headers["cache-control"]]).toEqual([undefined, "no-store"]);
    expect((await send("POST", `/series/${id}/train`)).headers.etag).toBeUndefined();
  });
});

describe("what the pipeline is asked", () => {
  it("is answered in the contract's shapes", async () => {
    const shapes = {
      [`/series/${id}/history`]: schemas.historyResponse,
      [`/series/${id}/forecast`]: schemas.storedForecastResponse,
      [`/series/${id}/forecasts?limit=2`]: schemas.pastForecastsResponse,
      [`/series/${id}/accuracy?from=2026-11-01T00:00:00Z`]: schemas.accuracyResponse,
      [`/series/${id}/anomalies`]: schemas.anomaliesResponse,
      "/models": schemas.modelList,
      [`/models/${id}/versions`]: schemas.modelVersions,
      [`/models/${id}/versions/2`]: schemas.modelDetail,
      [`/models/${id}/versions/champion`]: schemas.modelDetail,
      "/overview": schemas.overviewResponse,
      "/system": schemas.systemResponse,
    };
    for (const [url, schema] of Object.entries(shapes)) {
      const response = await get(url);
      expect(response.statusCode, url).toBe(200);
      expectShape(schema as never, response.json());
    }
  });

  it("gets what the caller sent", async () => {
    const asked: unknown[] = [];
    const spy = await buildFake({
      monitor: {
        ...fakeMonitor,
        accuracy: (...query) => {
          asked.push(query);
          return fakeMonitor.accuracy(...query);
        },
      },
      library: {
        ...fakeLibrary,
        versions: (...query) => {
          asked.push(query);
          return fakeLibrary.versions(...query);
        },
        setAlias: (...query) => {
          asked.push(query);
          return fakeLibrary.setAlias(...query);
        },
      },
    });
    await spy.inject(`/api/v1/series/${id}/accuracy?from=2026-11-01T01:00:00%2B01:00&to=2026-11-02T00:00:00Z`);
    await spy.inject(`/api/v1/models/${id}/versions?limit=1&before=3`);
    await spy.inject({ method: "POST", url: `/api/v1/models/${id}/aliases/champion`, payload: { version: 2 } });
    await spy.inject({ method: "POST", url: `/api/v1/models/${id}/aliases/champion`, payload: { rollback: true } });
    expect(asked).toEqual([
      [KNOWN, { from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2) }],
      [KNOWN, { limit: 1, before: 3 }],
      [KNOWN, "champion", { version: 2 }],
      [KNOWN, "champion", { rollback: true }],
    ]);
    await spy.close();
  });

  it.each([
    ["/series/none%2Fx/accuracy", 404, "UNKNOWN_SERIES"],
    ["/models/none%2Fx/versions", 404, "UNKNOWN_MODEL"],
    [`/models/${id}/versions/9`, 404, "UNKNOWN_VERSION"],
    [`/models/${id}/versions/rival`, 404, "UNKNOWN_VERSION"],
    ["/tasks/none", 404, "UNKNOWN_TASK"],
    [`/series/${id}/forecasts?limit=0`, 400, "INVALID_REQUEST"],
    [`/series/${id}/anomalies?from=today`, 400, "INVALID_REQUEST"],
  ])("%s is %d %s", async (url, status, code) => {
    expect(expectProblem(await get(url), status).code).toBe(code);
  });
});

describe("long work", () => {
  it("is started, asked about and stopped", async () => {
    for (const kind of ["train", "backtest"]) {
      const started = await send("POST", `/series/${id}/${kind}`);
      expect([started.statusCode, started.headers.location]).toEqual([202, `/api/v1/tasks/${kind}-1`]);
      const { task } = expectShape(schemas.taskResponse, started.json());
      expect((await get(`/tasks/${task}`)).json()).toMatchObject({ kind, status: "running", series: KNOWN });
      expect((await send("DELETE", `/tasks/${task}`)).json().status).toBe("cancelled");
    }
    expect(expectProblem(await send("POST", "/series/none%2Fx/train"), 404).code).toBe("UNKNOWN_SERIES");
  });

  it.each([
    ["NO_PREVIOUS_VERSION", 409],
    ["BAD_ALIAS", 400],
  ])("that a model does not allow says why: %s", async (code, status) => {
    const refusing = await buildFake({
      library: {
        ...fakeLibrary,
        setAlias: async () => {
          throw new LoadcastError(code, "the reason");
        },
      },
    });
    const url = `/api/v1/models/${id}/aliases/champion`;
    const answer = await refusing.inject({ method: "POST", url, payload: { rollback: true } });
    expect(expectProblem(answer, status)).toMatchObject({ code, detail: "the reason" });
    await refusing.close();
  });

  it("that cannot be done now says why", async () => {
    const tasks = {
      start: async () => {
        throw new LoadcastError("NOT_READY", "has 3 of the 36 values that a model needs");
      },
      get: () => {
        throw new Error("not asked");
      },
      cancel: () => {
        throw new Error("secret detail of the inside");
      },
    };
    const busy = await buildFake({ tasks });
    expect(
      expectProblem(await busy.inject({ method: "POST", url: `/api/v1/series/${id}/train` }), 409).detail,
    ).toContain("3 of the 36");
    const broken = await busy.inject({ method: "DELETE", url: "/api/v1/tasks/x" });
    expect(expectProblem(broken, 500).detail).not.toContain("secret");
    await busy.close();
  });
});

describe("promotion", () => {
  it("takes a version or a rollback, and nothing else", async () => {
    const alias = (payload: object, name = "champion") => send("POST", `/models/${id}/aliases/${name}`, payload);
    expect(expectShape(schemas.aliasResponse, (await alias({ version: 3 })).json())).toMatchObject({
      version: 3,
      previous: 2,
    });
    expect((await alias({ rollback: true })).json().version).toBe(1);
    expect(expectProblem(await alias({ version: 9 }), 404).code).toBe("UNKNOWN_VERSION");
    for (const wrong of [
      {},
      { version: 0 },
      { version: 1.5 },
      { rollback: false },
      { version: 1, rollback: true },
      [],
    ]) {
      const problem = expectProblem(await alias(wrong), 400);
      expect(problem.detail).toMatch(/\{ "version": 3 \} to promote|^version: /);
    }
    // Whatever can be read as a version could not be read back as an alias.
    for (const name of ["latest", "Latest", "v2", "V2", "7", "007", "a%20b", "a%2Fb"]) {
      expect(expectProblem(await alias({ version: 1 }, name), 400).detail).toMatch(/alias.*letters, digits/);
    }
    expect((await alias({ version: 1 }, "v2-rc_7")).statusCode).toBe(200);
  });
});
