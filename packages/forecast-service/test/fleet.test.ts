import { memoryStore } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
import { createFleet, isGone, knownOfState } from "../src/fleet.js";
import { readiness } from "../src/readiness.js";
import { DAY_STEPS, GONE_AFTER, STEP_MILLIS } from "../src/settings.js";
import { readTail } from "../src/tail.js";

const KEY = { host: "web-1", metric: "memory_percent" };

it("counts a past that comes after the tail was read, before there is a forecast", async () => {
  const store = memoryStore();
  const now = 1_000 * STEP_MILLIS;
  const fleet = createFleet({ store, hidden: () => false, clock: { now: () => now } });
  const from = now - 100 * STEP_MILLIS;
  /** One value for each of the steps from `begin` to `end` before now, as a source brings them. */
  const bring = async (begin: number, end: number) => {
    const times = Array.from({ length: begin - end }, (_, i) => now - (begin - i) * STEP_MILLIS);
    const batch = { ...KEY, times, values: times.map(() => 50) };
    await store.writeSamples([batch]);
    fleet.note([batch]);
  };
  await bring(35, 0);
  const state = fleet.all()[0];
  const before = (await readTail(store, KEY, null, { now, from })).tail;
  state.lateFrom = Infinity;
  expect(before.observed).toBe(35);

  await bring(90, 35);
  const after = (await readTail(store, KEY, before, { now, from, again: state.lateFrom })).tail;
  expect(after.observed).toBe(90);
});

it("does not take a date in the future for the last sign of life", async () => {
  const store = memoryStore();
  const now = 1_000 * STEP_MILLIS;
  const clock = { now: () => now };
  const batch = {
    ...KEY,
    times: [now - 2 * GONE_AFTER, now + 400 * DAY_STEPS * STEP_MILLIS],
    values: [41, 50],
  };
  await store.writeSamples([batch]);
  // As samples come, and as a start finds them.
  const live = createFleet({ store, hidden: () => false, clock });
  live.note([batch]);
  expect(live.all()[0].last).toEqual({ time: now - 2 * GONE_AFTER, value: 41 });
  expect(isGone(live.all()[0], now)).toBe(true);
  const [started] = await createFleet({ store, hidden: () => false, clock }).refresh();
  expect(started.lastTime).toBeNull();
  expect(readiness(knownOfState(started), now)).toMatchObject({
    ready: false,
    completeAt: null,
    reason: expect.stringMatching(/dated in the future, the last one 1971-02-08 11:20 UTC: correct the clock/),
  });
  // A clock that runs a minute ahead is none of that.
  const soon = { ...KEY, times: [now + 60_000], values: [42] };
  live.note([soon]);
  expect(live.all()[0].last).toEqual({ time: now + 60_000, value: 42 });
});
