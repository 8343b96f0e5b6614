import { memoryStore, type Samples, type SeriesKey, type TimeRange } from "@loadcast/metrics-io";
import { expect, it } from "vitest";
import { createFleet } from "../src/fleet.js";
import { readAhead } from "../src/read-ahead.js";
import { STEP_MILLIS } from "../src/settings.js";
import { readTail } from "../src/tail.js";

const NOW = 1_000 * STEP_MILLIS;
const FROM = NOW - 100 * STEP_MILLIS;
const HOSTS = ["a", "b", "c"];

/** Three series whose tails were read at NOW, in a store that counts its questions. */
async function fleetOfThree() {
  const store = memoryStore();
  const asked = { one: 0, many: 0 };
  const source = {
    read: (key: SeriesKey, range: TimeRange): Promise<Samples> => {
      asked.one++;
      return store.read(key, range);
    },
    readMany: (keys: readonly SeriesKey[], range: TimeRange): Promise<Samples[]> => {
      asked.many++;
      return Promise.all(keys.map((key) => store.read(key, range)));
    },
  };
  const fleet = createFleet({ store, hidden: () => false, clock: { now: () => NOW + STEP_MILLIS } });
  const bring = async (host: string, times: readonly number[]) => {
    const batch = { host, metric: "cpu_percent", times, values: times.map((time) => (time / STEP_MILLIS) % 7) };
    await store.writeSamples([batch]);
    fleet.note([batch]);
  };
  for (const host of HOSTS) await bring(host, [NOW - 3 * STEP_MILLIS, NOW - 2 * STEP_MILLIS, NOW - STEP_MILLIS]);
  for (const state of fleet.all()) {
    state.tail = (await readTail(store, state, null, { now: NOW, from: FROM })).tail;
    state.lateFrom = Infinity;
  }
  const now = NOW + STEP_MILLIS;
  const options = () => ({ now, from: FROM });
  const tailOf = async (host: string, from: Pick<typeof source, "read">) => {
    const state = fleet.get(`${host}/cpu_percent`);
    if (!state) throw new Error(host);
    return (await readTail(from, state, state.tail, options())).tail;
  };
  return { store, source, asked, fleet, bring, options, tailOf };
}

it("reads what is new of all series in one question, and finds what each would have found by itself", async () => {
  const { store, source, asked, fleet, bring, options, tailOf } = await fleetOfThree();
  for (const host of HOSTS) await bring(host, [NOW]);
  const ahead = readAhead(source, fleet.all(), options);
  for (const [i, host] of HOSTS.entries()) {
    expect(await tailOf(host, await ahead(fleet.all()[i]))).toEqual(await tailOf(host, store));
  }
  expect(asked).toEqual({ one: 0, many: 1 });
});

it("does not miss what comes between that question and the series' turn", async () => {
  const { source, asked, fleet, bring, options, tailOf } = await fleetOfThree();
  const [a, b] = fleet.all();
  const ahead = readAhead(source, fleet.all(), options);
  await ahead(a);
  await bring("b", [NOW]);
  const tail = await tailOf("b", await ahead(b));
  expect(tail.values.at(-1)).toBe((NOW / STEP_MILLIS) % 7);
  expect(asked.one).toBe(1);
});

it("leaves to the source what it cannot foresee: a first reading, another range, a question that fails", async () => {
  const { source, asked, fleet, options, tailOf } = await fleetOfThree();
  const [a, b, c] = fleet.all();
  c.tail = null;
  const ahead = readAhead(source, fleet.all(), options);
  await tailOf("c", await ahead(c));
  expect(asked).toEqual({ one: 1, many: 1 });
  await (await ahead(b)).read(b, { from: 0, to: NOW });
  expect(asked.one).toBe(2);
  const broken = { ...source, readMany: () => Promise.reject(new Error("away")) };
  await tailOf("a", await readAhead(broken, fleet.all(), options)(a));
  expect(asked.one).toBe(3);
  expect(await readAhead({ read: source.read }, fleet.all(), options)(a)).toHaveProperty("read", source.read);
});
