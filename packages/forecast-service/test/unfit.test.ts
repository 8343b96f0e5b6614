import { afterAll, beforeAll, expect, it } from "vitest";
import { inlineExecutor } from "../src/executor/inline.js";
import { watchQueueWorkers } from "../src/executor/queue-workers.js";
import { buildFake } from "./fake-application.js";
import { expectProblem } from "./problem-shape.js";
import { ID, type Watched, watched } from "./watched-service.js";

const NOBODY = "no worker takes jobs from the queue at redis://a:6379: start one with `loadcast worker`";

let one: Watched;
let trouble: string | null = NOBODY;
beforeAll(async () => {
  one = await watched(60, { executor: { ...inlineExecutor(), trouble: () => trouble } });
});
afterAll(() => one.service.stop());

it("a series says that nobody can fit its model, and so does readiness, until somebody can", async () => {
  const { service } = one;
  const entry = () => service.catalogue.entry(ID);
  expect(await entry()).toMatchObject({
    status: "waiting",
    reason: `Has enough history, but ${NOBODY}.`,
    history: { firstForecastAt: null },
  });
  const health = await service.health();
  expect(health.status).toBe("degraded");
  expect(health.dependencies?.filter(({ status }) => status === "failed")).toEqual([
    { name: "executor", status: "failed", detail: NOBODY, optional: true },
  ]);
  trouble = null;
  await service.cycle.inferAll();
  expect(await entry()).toMatchObject({ status: "forecast", reason: null });
  expect((await service.health()).status).toBe("ok");
  trouble = NOBODY;
  expect((await entry()).reason).toBe(
    `No newer forecast can be made: ${NOBODY}. The last forecast is of 2026-11-23 10:00 UTC.`,
  );
});

it("values that are sent are not kept waiting for a worker that is not there", async () => {
  const app = await buildFake({ executor: { ...inlineExecutor(), trouble: () => trouble } });
  const ask = () =>
    app.inject({ method: "POST", url: "/api/v1/forecast", payload: { values: [1, 2, 3, 5, 4, 6], horizon: 1 } });
  trouble = NOBODY;
  const refused = await ask();
  expect(expectProblem(refused, 503)).toMatchObject({ code: "UNAVAILABLE", detail: NOBODY });
  expect(refused.headers["retry-after"]).toBe("5");
  trouble = null;
  expect((await ask()).statusCode).toBe(200);
  await app.close();
});

it("the workers of a queue are counted, and their absence is logged once", async () => {
  const said: string[] = [];
  const log = { warn: (line: string) => said.push(line), info: (line: string) => said.push(line), debug: () => {} };
  let count: () => Promise<number> = async () => 0;
  const workers = watchQueueWorkers(() => count(), "redis://a:6379", log);
  expect(workers.trouble()).toBeNull();
  await workers.look();
  await workers.look();
  expect(workers.trouble()).toBe(NOBODY);
  count = async () => 2;
  await workers.look();
  expect(workers.trouble()).toBeNull();
  // A server that does not tell is no reason to say that there are none.
  count = () => Promise.reject(new Error("NOPERM"));
  await workers.look();
  expect(workers.trouble()).toBeNull();
  expect(said).toEqual([`${NOBODY}; jobs wait for it`, "a worker takes jobs from redis://a:6379"]);
});
