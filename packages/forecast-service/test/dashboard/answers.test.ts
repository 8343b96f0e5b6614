import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Answers, createAnswers } from "../../dashboard/src/data/answers.js";
import { ApiError } from "../../dashboard/src/data/client.js";
import type { Signal } from "../../dashboard/src/data/connection.js";

describe("answers", () => {
  let send: (signal: Signal) => void;
  let answers: Answers;
  let asked: number;
  let fail: Error | null;
  const question = (key = "q", atMost?: number) => ({
    key,
    ask: async (signal: AbortSignal) => {
      asked++;
      await Promise.resolve();
      signal.throwIfAborted();
      if (fail) throw fail;
      return asked;
    },
    when: (event: Signal) => event.type === "forecast" && event.series === "a",
    atMost,
  });
  const settle = () => vi.advanceTimersByTimeAsync(60);
  const forecast = (series: string): Signal => ({ type: "forecast", series, modelVersion: "a@1", issuedAt: "" });

  beforeEach(() => {
    vi.useFakeTimers();
    asked = 0;
    fail = null;
    const receivers: ((signal: Signal) => void)[] = [];
    send = (signal) => {
      for (const receiver of receivers) receiver(signal);
    };
    answers = createAnswers({
      onSignal(receiver) {
        receivers.push(receiver);
        return () => {};
      },
    });
  });
  afterEach(() => vi.useRealTimers());

  it("asks again by itself where the service is in trouble or has had enough, and not before it may", async () => {
    fail = new ApiError(429, { detail: "too many requests" }, 7_000);
    const stop = answers.watch(question(), () => {});
    await settle();
    expect(answers.read("q")).toMatchObject({ data: null, error: fail });
    // What happens meanwhile is no reason to ask sooner.
    send(forecast("a"));
    await vi.advanceTimersByTimeAsync(6_500);
    expect(asked).toBe(1);
    fail = new ApiError(503, {});
    await vi.advanceTimersByTimeAsync(600);
    expect(asked).toBe(2);
    // Longer each time: 10 s after the second failure.
    await vi.advanceTimersByTimeAsync(9_000);
    expect(asked).toBe(2);
    fail = null;
    await vi.advanceTimersByTimeAsync(1_500);
    expect(answers.read("q")).toEqual({ data: 3, error: null, loading: false });
    fail = new ApiError(500, {});
    answers.refresh("q");
    await settle();
    stop();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toBe(4);
  });

  it("does not ask again what was answered for good", async () => {
    fail = new ApiError(403, { detail: "not allowed" });
    answers.watch(question(), () => {});
    await vi.advanceTimersByTimeAsync(120_000);
    expect(asked).toBe(1);
  });

  it("asks once for all who watch, and tells each", async () => {
    const told: string[] = [];
    answers.watch(question(), () => told.push("one"));
    answers.watch(question(), () => told.push("other"));
    await settle();
    expect({ asked, told }).toEqual({ asked: 1, told: ["one", "other"] });
    expect(answers.read("q")).toEqual({ data: 1, error: null, loading: false });
  });

  it("asks again for the events that matter, many of them once, and not too often", async () => {
    answers.watch(question("q", 10_000), () => {});
    await settle();
    for (let burst = 0; burst < 50; burst++) send(forecast("a"));
    send(forecast("b"));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toBe(1);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(asked).toBe(2);
    send(forecast("b"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(2);
  });

  it("is answered though events come faster than answers, and asks once more for what they told", async () => {
    let end = 0;
    const slow = async (signal: AbortSignal) => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 6_000));
      signal.throwIfAborted();
      return ++end;
    };
    answers.watch({ ...question("q", 2_000), ask: slow }, () => {});
    for (let second = 0; second < 5; second++) {
      await vi.advanceTimersByTimeAsync(1_000);
      send(forecast("a"));
    }
    await vi.advanceTimersByTimeAsync(1_100);
    expect(answers.read("q").data).toBe(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect({ asked, ...answers.read("q") }).toEqual({ asked: 2, data: 2, error: null, loading: false });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(2);
    // A question on a connection that was lost is not waited for.
    send(forecast("a"));
    await vi.advanceTimersByTimeAsync(1_000);
    send({ type: "resync" });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(asked).toBe(4);
  });

  it("tells who asks anew what came of it", async () => {
    answers.watch(question(), () => {});
    await settle();
    expect(await answers.refresh("q")).toEqual({ data: 2, error: null, loading: false });
    fail = new Error("locked");
    expect(await answers.refresh("q")).toEqual({ data: 2, error: fail, loading: false });
  });

  it("keeps what it has when a later attempt fails, and says so", async () => {
    answers.watch(question(), () => {});
    await settle();
    fail = new Error("locked");
    send({ type: "resync" });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(answers.read("q")).toEqual({ data: 1, error: fail, loading: false });
    fail = null;
    send({ type: "resync" });
    await settle();
    expect(answers.read("q")).toMatchObject({ error: null, loading: false });
  });

  it("asks nothing for what nobody watches, and shows the old answer at once when somebody comes back", async () => {
    const stop = answers.watch(question(), () => {});
    await settle();
    stop();
    send({ type: "resync" });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBe(1);
    answers.watch(question(), () => {});
    expect(answers.read("q").data).toBe(1);
    await settle();
    expect(asked).toBe(2);
  });

  it("forgets the oldest unwatched answers", async () => {
    const stop = answers.watch(question("first"), () => {});
    await settle();
    stop();
    for (let i = 0; i < 60; i++) {
      const end = answers.watch(question(`q${i}`), () => {});
      await settle();
      end();
    }
    expect(answers.read("first").data).toBeNull();
    expect(answers.read("q59").data).not.toBeNull();
  });
});
