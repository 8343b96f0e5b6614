import { memoryStore } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
import { createFleet } from "../src/fleet.js";
import { STEP_MILLIS } from "../src/settings.js";
import { readTail } from "../src/tail.js";

const KEY = { host: "web-1", metric: "memory_percent" };

it("counts a past that comes after the tail was read, before there is a forecast", async () => {
  const store = memoryStore();
  const fleet = createFleet({ store, hidden: () => false });
  const now = 1_000 * STEP_MILLIS;
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
