import { afterEach, describe, expect, it } from "vitest";
import { ApiError, type Client, type HistoryQuery, NoAnswerError } from "../../dashboard/src/data/client.js";
import { createLive, type Live, type Snapshot } from "../../dashboard/src/data/live.js";
import type { HistoryResponse, SeriesEntry } from "../../src/http/contract.js";

const NOW = Date.parse("2026-11-23T12:00:00Z");
/** The server's clock is a minute ahead. */
const SERVER_NOW = NOW + 60_000;

const ENTRY: SeriesEntry = {
  id: "a/cpu_percent",
  host: "a",
  metric: "cpu_percent",
  unit: "percent",
  synthetic: false,
  status: "forecast",
  last: null,
  modelVersion: "1",
  nextRun: null,
  reason: null,
  history: null,
};

function historyOf(id: string, { from, to, stepSeconds = 300 }: HistoryQuery, every = 1): HistoryResponse {
  const count = Math.min(200, Math.floor((to - from) / 1000 / stepSeconds));
  return {
    id,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    stepSeconds,
    points: Array.from({ length: count }, (_, place) => ({
      time: new Date(from + place * stepSeconds * 1000).toISOString(),
      value: place % every === 0 ? 1 : null,
    })),
  };
}

/** A service whose answers the test replaces one by one, and that remembers what it was asked. */
function fakeService(entries: SeriesEntry[]) {
  const asked: string[] = [];
  const service: Client & { asked: string[]; every: number } = {
    asked,
    every: 1,
    series: async () => ({ now: new Date(SERVER_NOW).toISOString(), series: entries }),
    history: async (id, query) => {
      asked.push(`history ${id} ${(query.to - query.from) / 3_600_000}h ${query.stepSeconds ?? "own"}`);
      return historyOf(id, query, service.every);
    },
    forecast: async (id) => {
      asked.push(`forecast ${id}`);
      return null;
    },
  };
  return service;
}

const started: Live[] = [];
afterEach(() => {
  for (const live of started.splice(0)) live.stop();
});

function start(client: Client, id: string | null, range: "4h" | "24h" | "14d" = "24h"): Live {
  const live = createLive(client, { id, range }, { intervalMs: 3_600_000, clock: () => NOW });
  started.push(live);
  return live;
}

/** Resolves with the first snapshot at the end of a round that satisfies the condition. */
function until(live: Live, condition: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve) => {
    const check = () => {
      const snapshot = live.snapshot();
      if (!condition(snapshot)) return;
      stop();
      resolve(snapshot);
    };
    const stop = live.subscribe(check);
    check();
  });
}

describe("live data", () => {
  it("asks for list, history and forecast, by the server's clock", async () => {
    const service = fakeService([ENTRY]);
    const { detail, skew, link } = await until(start(service, ENTRY.id), (snapshot) => snapshot.nextAttemptAt !== null);
    expect({ skew, link, to: detail?.to }).toEqual({ skew: 60_000, link: "live", to: SERVER_NOW });
    expect(service.asked.sort()).toEqual(["forecast a/cpu_percent", "history a/cpu_percent 24h own"]);
  });

  it("keeps what it has when the service falls silent, says so, and recovers", async () => {
    const service = fakeService([ENTRY]);
    const live = start(service, ENTRY.id);
    await until(live, (snapshot) => snapshot.detail !== null);
    const { series } = service;
    service.series = async () => Promise.reject(new NoAnswerError("The service does not answer."));
    live.refresh();
    const lost = await until(live, (snapshot) => snapshot.link === "silent");
    expect(lost.list?.series).toHaveLength(1);
    expect(lost.detail?.id).toBe(ENTRY.id);
    service.series = series;
    live.refresh();
    expect((await until(live, (snapshot) => snapshot.link === "live")).error).toBeNull();
  });

  it("tells an error of the service from one of a series", async () => {
    const service = fakeService([ENTRY]);
    const live = start(service, ENTRY.id);
    service.history = async () => Promise.reject(new ApiError(500, { detail: "history broke" }));
    const partly = await until(live, (snapshot) => snapshot.detailError !== null);
    expect({ link: partly.link, words: partly.detailError }).toEqual({ link: "live", words: "history broke" });
    service.series = async () => Promise.reject(new ApiError(503, { detail: "all broke" }));
    live.refresh();
    expect((await until(live, (snapshot) => snapshot.link === "failing")).error).toBe("all broke");
  });

  it("shows nothing of the series before when another one is chosen, and keeps the chart when only the range changes", async () => {
    const other = { ...ENTRY, id: "b/cpu_percent" };
    const live = start(fakeService([ENTRY, other]), ENTRY.id);
    await until(live, (snapshot) => snapshot.detail !== null);
    live.choose({ id: ENTRY.id, range: "14d" });
    expect(live.snapshot()).toMatchObject({ loading: true, detail: { range: "24h" } });
    await until(live, (snapshot) => snapshot.detail?.range === "14d" && !snapshot.loading);
    live.choose({ id: other.id, range: "14d" });
    expect(live.snapshot()).toMatchObject({ loading: true, detail: null });
    await until(live, (snapshot) => snapshot.detail?.id === other.id);
  });

  it("does not read a long history again before it can have changed", async () => {
    const service = fakeService([ENTRY]);
    const live = start(service, ENTRY.id, "14d");
    await until(live, (snapshot) => snapshot.nextAttemptAt !== null);
    const rounds = service.asked.length;
    live.refresh();
    await until(live, () => service.asked.length > rounds);
    await until(live, (snapshot) => !snapshot.loading);
    expect(service.asked.slice(rounds)).toEqual(["forecast a/cpu_percent"]);
  });

  const young: SeriesEntry = { ...ENTRY, status: "waiting", modelVersion: null };

  it("shows a young series finely, and asks for no forecast that is not there", async () => {
    const service = fakeService([young]);
    await until(start(service, young.id, "4h"), (snapshot) => snapshot.detail !== null);
    expect(service.asked).toEqual(["history a/cpu_percent 4h 30"]);
  });

  it("goes back to its own grid where values are rare", async () => {
    const service = fakeService([young]);
    service.every = 10;
    const { detail } = await until(start(service, young.id, "4h"), (snapshot) => snapshot.detail !== null);
    expect(service.asked).toEqual(["history a/cpu_percent 4h 30", "history a/cpu_percent 4h own"]);
    expect(detail?.history.stepSeconds).toBe(300);
  });
});
