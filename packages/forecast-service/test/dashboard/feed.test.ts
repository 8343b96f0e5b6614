import { describe, expect, it } from "vitest";
import type { OverviewQuery } from "../../dashboard/src/data/client.js";
import { createFeed, type Feed, type Host } from "../../dashboard/src/pages/overview/feed.js";
import { cardHeight, gridOf, rowsOfCards } from "../../dashboard/src/pages/overview/grid.js";
import type { OverviewResponse } from "../../src/http/contract.js";

const host = (name: string): Host => ({ host: name, synthetic: false, attention: 0, why: null, series: [] });

/** A service with hosts in an order that the test changes; the cursor is a position. */
function fakeService(names: string[]) {
  const service = {
    names,
    asked: [] as string[],
    async ask({ limit, after }: OverviewQuery): Promise<OverviewResponse> {
      const start = Number(after ?? 0);
      service.asked.push(String(start));
      const hosts = service.names.slice(start, start + limit).map(host);
      const next = start + limit < service.names.length ? String(start + limit) : null;
      return { now: "", total: service.names.length, hosts, next };
    },
  };
  return service;
}

const names = (count: number) => Array.from({ length: count }, (_, place) => `h${place}`);

async function idle(feed: Feed): Promise<void> {
  let before: unknown;
  do {
    before = feed.state();
    await new Promise((resolve) => setTimeout(resolve));
  } while (before !== feed.state());
}

describe("hosts, page by page", () => {
  it("loads what is in sight and a little more, not everything", async () => {
    const service = fakeService(names(1000));
    const feed = createFeed(service.ask, {}, () => {});
    await idle(feed);
    expect(feed.state()).toMatchObject({ total: 1000, ready: true });
    expect(service.asked).toEqual(["0"]);
    feed.show(30, 70);
    await idle(feed);
    expect(service.asked).toEqual(["0", "60"]);
    feed.show(990, 1000);
    await idle(feed);
    expect(feed.state().hosts.map((one) => one.host)).toEqual(service.names);
  });

  it("asks again only for the pages in sight, the others when they come into sight", async () => {
    const service = fakeService(names(300));
    const feed = createFeed(service.ask, {}, () => {});
    feed.show(290, 300);
    await idle(feed);
    service.asked.length = 0;
    feed.outdate();
    await idle(feed);
    expect(service.asked).toEqual(["240"]);
    feed.show(0, 10);
    await idle(feed);
    expect(service.asked).toEqual(["240", "0"]);
  });

  it("asks once more when something happened while it was asked", async () => {
    const service = fakeService(names(10));
    const feed = createFeed(service.ask, {}, () => {});
    await idle(feed);
    feed.outdate();
    feed.outdate();
    await idle(feed);
    expect(service.asked).toEqual(["0", "0", "0"]);
    expect(feed.state()).toMatchObject({ ready: true, total: 10 });
  });

  it("shows a host that moved up once, at its new place", async () => {
    const service = fakeService(names(120));
    const feed = createFeed(service.ask, {}, () => {});
    feed.show(0, 120);
    await idle(feed);
    service.names = ["h100", ...names(120).filter((name) => name !== "h100")];
    feed.show(0, 5);
    feed.outdate();
    await idle(feed);
    const shown = feed.state().hosts.map((one) => one.host);
    expect(shown[0]).toBe("h100");
    expect(new Set(shown).size).toBe(shown.length);
  });

  it("keeps what it has when the service fails, and goes on later", async () => {
    const service = fakeService(names(10));
    const feed = createFeed(service.ask, {}, () => {});
    await idle(feed);
    const { ask } = service;
    let broken = true;
    const failing = createFeed(
      (query) => (broken ? Promise.reject(new Error("busy")) : ask(query)),
      {},
      () => {},
    );
    await idle(failing);
    expect(failing.state()).toMatchObject({ ready: false, error: new Error("busy") });
    broken = false;
    failing.outdate();
    await idle(failing);
    expect(failing.state()).toMatchObject({ ready: true, error: null, total: 10 });
  });
});

describe("grid of cards", () => {
  it.each([
    [366, 2, { columns: 1, tiles: 1, narrow: true }],
    [720, 2, { columns: 1, tiles: 2, narrow: false }],
    [1352, 2, { columns: 2, tiles: 2, narrow: false }],
    [2512, 2, { columns: 3, tiles: 2, narrow: false }],
    [2512, 1, { columns: 4, tiles: 1, narrow: false }],
    [0, 2, { columns: 1, tiles: 1, narrow: true }],
  ])("%i px with %i series a host", (width, tiles, grid) => {
    expect(gridOf(width, tiles)).toEqual(grid);
  });

  it("is higher with a reason and with more series", () => {
    const series = [{}, {}, {}] as Host["series"];
    const wide = { tiles: 2, narrow: false };
    const one = cardHeight({ why: null, series: series.slice(0, 2) }, wide);
    const hot = { why: "hot", series: series.slice(0, 2) };
    expect(cardHeight(hot, wide)).toBeGreaterThan(one);
    expect(cardHeight(hot, { tiles: 2, narrow: true })).toBeGreaterThan(cardHeight(hot, wide));
    expect(cardHeight({ why: null, series }, wide)).toBe(
      cardHeight({ why: null, series: series.slice(0, 2) }, { tiles: 1, narrow: false }),
    );
    expect(rowsOfCards([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});
