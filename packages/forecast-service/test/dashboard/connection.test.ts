import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Connection,
  createConnection,
  type EventStream,
  type Signal,
} from "../../dashboard/src/data/connection.js";

/** A stream that the test opens, breaks and speaks through. */
class FakeStream implements EventStream {
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  closed = false;
  readonly #listeners = new Map<string, (event: { data: string }) => void>();
  addEventListener(type: string, listener: (event: { data: string }) => void) {
    this.#listeners.set(type, listener);
  }
  close() {
    this.closed = true;
  }
  say(event: Signal) {
    this.#listeners.get(event.type)?.({ data: JSON.stringify(event) });
  }
}

describe("connection", () => {
  let streams: FakeStream[];
  let signals: Signal[];
  let connection: Connection;
  const last = () => streams[streams.length - 1];

  beforeEach(() => {
    vi.useFakeTimers();
    streams = [];
    signals = [];
    connection = createConnection({
      random: () => 0.5, // no spread
      open: () => {
        streams.push(new FakeStream());
        return last();
      },
    });
    connection.onSignal((signal) => signals.push(signal));
  });
  afterEach(() => {
    connection.stop();
    vi.useRealTimers();
  });

  it("is live while events flow, and asks for nothing by itself", () => {
    connection.answered(Date.now() + 60_000);
    last().onopen?.();
    for (let minute = 0; minute < 10; minute++) {
      vi.advanceTimersByTime(30_000);
      last().say({ type: "samples", series: ["a/cpu"] });
    }
    expect(connection.state()).toMatchObject({ link: "live", skew: 60_000 });
    expect(signals.every((signal) => signal.type === "samples")).toBe(true);
    expect(streams).toHaveLength(1);
  });

  it("polls every 15 seconds where there are no events, and tries again ever more rarely", () => {
    connection.answered(null);
    last().onerror?.();
    expect(connection.state().link).toBe("polling");
    const opened: number[] = [];
    const start = Date.now();
    for (let tick = 0; tick < 1200; tick++) {
      vi.advanceTimersByTime(100);
      if (opened.length + 1 < streams.length) {
        opened.push((Date.now() - start) / 1000);
        last().onerror?.();
      }
    }
    expect(opened.slice(0, 5).map(Math.round)).toEqual([1, 3, 7, 15, 31]);
    expect(opened[6] - opened[5]).toBeCloseTo(30, 0);
    expect(signals.filter((signal) => signal.type === "resync")).toHaveLength(8);
  });

  it("reads everything again when events flow again, for what happened meanwhile is not told", () => {
    last().onopen?.();
    expect(signals).toEqual([]);
    last().onerror?.();
    vi.advanceTimersByTime(1_000);
    last().onopen?.();
    expect(signals).toEqual([{ type: "resync" }]);
    expect(connection.state().link).toBe("live");
  });

  it("does not believe a stream that is silent for too long", () => {
    last().onopen?.();
    vi.advanceTimersByTime(90_000);
    expect(signals).toEqual([{ type: "resync" }]);
  });

  it("says that nothing answers, tries again, and recovers with the first answer", () => {
    last().onopen?.();
    connection.answered(null);
    connection.silent("The service does not answer.");
    expect(connection.state()).toMatchObject({ link: "silent", error: "The service does not answer." });
    expect(connection.state().nextAttemptAt).toBeGreaterThan(Date.now());
    last().onerror?.();
    signals.length = 0;
    vi.advanceTimersByTime(3_000);
    expect(signals[0]).toEqual({ type: "resync" });
    connection.answered(null);
    expect(connection.state()).toMatchObject({ link: "polling", error: null });
  });

  it("takes no notice of a stream it has given up", () => {
    const first = last();
    first.onerror?.();
    expect(first.closed).toBe(true);
    first.onopen?.();
    expect(connection.state().link).toBe("connecting");
  });
});
