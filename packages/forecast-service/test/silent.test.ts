import { afterAll, beforeAll, expect, it } from "vitest";
import { STEP_MILLIS } from "../src/settings.js";
import { ID, type Watched, watched } from "./watched-service.js";

let one: Watched;
const trouble: string[] = [];
beforeAll(async () => {
  one = await watched(60, { trouble: () => trouble });
});
afterAll(() => one.service.stop());

it("says of an old forecast why there is none newer, and which source may be the reason", async () => {
  const { service, clock, fill } = one;
  await service.cycle.inferAll();
  const entry = () => service.catalogue.entry(ID);
  expect(await entry()).toMatchObject({ status: "forecast", reason: null });
  // Half an hour of silence changes nothing: forecasts go on.
  await clock.advance(6 * STEP_MILLIS);
  await service.cycle.inferAll();
  expect(await entry()).toMatchObject({ status: "forecast", reason: null });
  await clock.advance(7 * STEP_MILLIS);
  await service.cycle.inferAll();
  const silent = "No data since 2026-11-23 10:00 UTC; forecasts go on when there are new values.";
  expect(await entry()).toMatchObject({
    status: "forecast",
    reason: `${silent} The last forecast is of 2026-11-23 10:30 UTC.`,
  });
  trouble.push("the source prometheus (nothing answers)");
  const down = `${silent} Cannot be read now: the source prometheus (nothing answers).`;
  expect((await entry()).reason).toBe(`${down} The last forecast is of 2026-11-23 10:30 UTC.`);
  await clock.advance(48 * STEP_MILLIS);
  await service.cycle.inferAll();
  expect(await entry()).toMatchObject({ status: "waiting", reason: down });
  // It comes back.
  trouble.length = 0;
  await fill();
  await service.cycle.inferAll();
  expect(await entry()).toMatchObject({ status: "forecast", reason: null });
});
