import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { SeriesState } from "../src/fleet.js";
import { recentAnswers } from "../src/recent-answers.js";
import { virtualClock } from "./virtual-clock.js";

const series = (id: string) => ({ id, changes: 0 }) as SeriesState;

/** Counts how often each question had to be answered. */
function counted() {
  const clock = virtualClock();
  const answers = recentAnswers<string>(clock);
  const asked: string[] = [];
  const ask = (state: SeriesState, question: string, points = 288) =>
    answers.get(state, question, points, async () => {
      asked.push(`${state.id} ${question}`);
      return question;
    });
  return { clock, answers, asked, ask };
}

describe("recent answers", () => {
  it("give one answer to many readers, for fifteen seconds and until samples came", async () => {
    const { clock, asked, ask } = counted();
    const state = series("web-1/cpu_percent");
    await Promise.all([ask(state, "day"), ask(state, "day")]);
    await clock.advance(14_999);
    await ask(state, "day");
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await ask(state, "day");
    expect(asked).toHaveLength(2);
    state.changes++;
    await ask(state, "day");
    expect(asked).toHaveLength(3);
  });

  it("are kept up to 75,000 points, the one asked for first goes first", async () => {
    const { asked, ask } = counted();
    const state = series("web-1/cpu_percent");
    for (const question of ["a", "b", "c", "d"]) await ask(state, question, 20_000);
    await ask(state, "d", 20_000);
    await ask(state, "b", 20_000);
    expect(asked).toHaveLength(4);
    await ask(state, "a", 20_000);
    expect(asked.at(-1)).toBe("web-1/cpu_percent a");
  });

  it("do not keep one that failed", async () => {
    const { clock, answers } = counted();
    const state = series("web-1/cpu_percent");
    await expect(answers.get(state, "day", 288, async () => Promise.reject(new Error("no disk")))).rejects.toThrow();
    expect(await answers.get(state, "day", 288, async () => "well")).toBe("well");
    expect(clock.now()).toBeGreaterThan(0);
  });

  it("let what is out of date go with the next question: of a range that moves on, hundreds would stay", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const clock = virtualClock();
    const answers = recentAnswers<object>(clock);
    const state = series("web-1/cpu_percent");
    const ask = async (question: string) =>
      new WeakRef(await answers.get(state, question, 288, async () => ({ question })));
    const first = await ask("until 10:00");
    const second = await ask("until 10:05");
    await clock.advance(15_000);
    await ask("until 10:10");
    await new Promise<void>((resolve) => setImmediate(resolve)); // a WeakRef holds until the turn ends
    collectGarbage();
    expect([first.deref(), second.deref()]).toEqual([undefined, undefined]);
  });
});
