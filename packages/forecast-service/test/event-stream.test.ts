import { describe, expect, it, vi } from "vitest";
import { createEventBus } from "../src/events.js";
import { createEventStream, type EventSocket } from "../src/http/event-stream.js";

/** What was written, and whether it was ended. */
function socket() {
  const written: string[] = [];
  const state = { ended: false, waiting: 0 };
  const side: EventSocket = {
    get writableLength() {
      return state.waiting;
    },
    write: (text) => written.push(text),
    end: () => {
      state.ended = true;
    },
  };
  const text = () => written.join("");
  const ids = () => [...text().matchAll(/^id: (\S+)\nevent: (\w+)/gm)].map(([, id]) => id);
  const series = () => [...text().matchAll(/"series":"(\w+)"/g)].map(([, name]) => name);
  return { side, state, text, ids, series, writes: () => written.length };
}

function open(most = 10) {
  vi.useFakeTimers();
  const events = createEventBus();
  const stream = createEventStream({ events, most: () => most });
  let number = 0;
  const happen = (series = `s${++number}`) => events.publish({ type: "model", series, modelVersion: `${series}@1` });
  return { stream, happen };
}

describe("the stream of events", () => {
  it("sends what happens together in one write, in order", () => {
    const { stream, happen } = open();
    const page = socket();
    stream.join(page.side, null);
    const before = page.writes();
    for (let i = 0; i < 1000; i++) happen();
    vi.advanceTimersByTime(100);
    expect(page.writes() - before).toBe(1);
    expect(page.series()).toEqual(Array.from({ length: 1000 }, (_, i) => `s${i + 1}`));
    expect(new Set(page.ids()).size).toBe(1000);
    stream.close();
    vi.useRealTimers();
  });

  it("sends one who comes back what was missed, each event once", () => {
    const { stream, happen } = open();
    const first = socket();
    const leave = stream.join(first.side, null);
    happen("a");
    happen("b");
    vi.advanceTimersByTime(100);
    leave();
    expect(first.state.ended).toBe(true);
    happen("c");
    vi.advanceTimersByTime(100);
    happen("d"); // still waits for its write when the client comes back
    const again = socket();
    stream.join(again.side, first.ids().at(-1) as string);
    happen("e");
    vi.advanceTimersByTime(100);
    expect(again.series()).toEqual(["c", "d", "e"]);
    const begin = /^id: (\S+)\n\n/m.exec(first.text())?.[1] as string;
    const fromBegin = socket();
    stream.join(fromBegin.side, begin);
    expect(fromBegin.series()).toEqual(["a", "b", "c", "d", "e"]);
    expect(fromBegin.text()).not.toContain("resync");
    stream.close();
    vi.useRealTimers();
  });

  it("tells one who was away too long, or knew another run, to read everything again", () => {
    const { stream, happen } = open();
    const page = socket();
    const leave = stream.join(page.side, null);
    happen("a");
    vi.advanceTimersByTime(100);
    leave();
    for (let i = 0; i < 10_000; i++) happen();
    for (const last of [page.ids()[0], "other-1", "", `${page.ids()[0].replace(/\d+$/, "")}99999999`]) {
      const late = socket();
      stream.join(late.side, last);
      expect(late.text()).toContain('event: resync\ndata: {"type":"resync"}');
      // From here on it goes on without another resync.
      const next = socket();
      stream.join(next.side, late.ids().at(-1) as string);
      expect(next.text()).not.toContain("resync");
    }
    stream.close();
    vi.useRealTimers();
  });

  it("lets go of one who does not read, keeps the others, and has a limit", () => {
    const { stream, happen } = open(2);
    const [slow, quick] = [socket(), socket()];
    stream.join(slow.side, null);
    stream.join(quick.side, null);
    expect(stream.full()).toBe(true);
    slow.state.waiting = 2 ** 21;
    happen("a");
    vi.advanceTimersByTime(100);
    expect([slow.state.ended, quick.state.ended]).toEqual([true, false]);
    expect(quick.series()).toEqual(["a"]);
    expect([stream.full(), stream.listeners()]).toEqual([false, 1]);
    vi.advanceTimersByTime(20_000);
    expect(quick.text()).toContain(": still here");
    stream.close();
    expect(quick.state.ended).toBe(true);
    vi.useRealTimers();
  });
});
