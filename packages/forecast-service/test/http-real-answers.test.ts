import { memoryRegistry } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
import { createEventBus } from "../src/events.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { createLibrary } from "../src/library.js";
import { build, complaints, expectProblem, service } from "./http-application.js";

const MODEL = "web/cpu_percent";

// What stands behind the routes elsewhere is made up: here it is what a user has.
it("what cannot be done is the caller's to know, and no failure of ours", async () => {
  const registry = memoryRegistry();
  const version = await registry.register({
    model: MODEL,
    key: "first",
    startedAt: 0,
    endedAt: 1,
    status: "finished",
    parameters: {},
    metrics: {},
    document: "{}",
  });
  await registry.setAlias(MODEL, "champion", version.version);
  const library = createLibrary({
    registry,
    executor: inlineExecutor(),
    events: createEventBus(),
    championChanged: async () => {},
  });
  const app = await build({ library, overview: service.overview, monitor: service.monitor, tasks: service.tasks });
  const point = (alias: string, payload: object, model = MODEL) =>
    app.inject({ method: "POST", url: `/api/v1/models/${encodeURIComponent(model)}/aliases/${alias}`, payload });
  const get = (path: string) => app.inject(`/api/v1${path}`);
  const id = encodeURIComponent("rack 1/web ä/cpu_percent");

  const nothing = expectProblem(await point("champion", { rollback: true }), 409);
  expect(nothing.code).toBe("NO_PREVIOUS_VERSION");
  expect(nothing.detail).toContain('name one with {"version": N}');
  for (const [response, status, code] of [
    [await point("other", { rollback: true }), 409, "NO_PREVIOUS_VERSION"],
    [await point("champion", { rollback: true }, "none"), 404, "UNKNOWN_MODEL"],
    [await point("champion", { version: 7 }), 404, "UNKNOWN_VERSION"],
    [await get("/overview?after=nobody"), 400, "BAD_CURSOR"],
    [await get(`/series/${id}/accuracy?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`), 400, "BAD_RANGE"],
    [await get(`/series/${id}/anomalies?from=2020-01-02T00:00:00Z`), 400, "BAD_RANGE"],
    [await get("/series/none/accuracy"), 404, "UNKNOWN_SERIES"],
    [await get("/tasks/none"), 404, "UNKNOWN_TASK"],
    [await get(`/models/${encodeURIComponent(MODEL)}/versions/none`), 404, "UNKNOWN_VERSION"],
  ] as const)
    expect(expectProblem(response, status).code).toBe(code);
  expect(complaints).toEqual([]);
  await app.close();
});
