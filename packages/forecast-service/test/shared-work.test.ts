import { describe, expect, it } from "vitest";
import { sharedWork } from "../src/shared-work.js";

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Work that ends when it is told to. */
function held() {
  const begun: {
    key: string;
    signal: AbortSignal;
    onProgress: (share: number) => void;
    end: (result: string | Error) => void;
  }[] = [];
  const together = sharedWork<number, string>();
  const want = (key: string, options?: Parameters<typeof together>[2]) =>
    together(
      key,
      (signal, onProgress) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("stopped in the middle")));
          const end = (result: string | Error) => (typeof result === "string" ? resolve(result) : reject(result));
          begun.push({ key, signal, onProgress, end });
        }),
      options,
    );
  return { begun, want };
}

/** Who waits, and can let go. */
function wanting(want: ReturnType<typeof held>["want"], key = "a") {
  const controller = new AbortController();
  const progress: number[] = [];
  const promise = want(key, { signal: controller.signal, onProgress: (share) => progress.push(share) });
  const seen: { result: string | null } = { result: null };
  promise.then(
    (result) => {
      seen.result = result;
    },
    (error: Error) => {
      seen.result = `failed: ${error.message}`;
    },
  );
  return { leave: () => controller.abort(new Error("let go")), progress, seen, promise };
}

describe("shared work", () => {
  it("is done once for all who want it at the same time, and again for who comes later", async () => {
    const { begun, want } = held();
    const [one, two, other] = [wanting(want), wanting(want), wanting(want, "b")];
    await turn();
    expect(begun.map(({ key }) => key)).toEqual(["a", "b"]);
    begun[0].end("first");
    expect(await Promise.all([one.promise, two.promise])).toEqual(["first", "first"]);
    wanting(want);
    await turn();
    expect(begun).toHaveLength(3);
    begun[1].end(new Error("broken"));
    await turn();
    expect(other.seen.result).toBe("failed: broken");
  });

  it("goes on for the others when one lets go, who is told at once and hears no more of it", async () => {
    const { begun, want } = held();
    const [one, two] = [wanting(want), wanting(want)];
    await turn();
    begun[0].onProgress(0.5);
    one.leave();
    await turn();
    expect(one.seen.result).toBe("failed: let go");
    begun[0].onProgress(0.7);
    expect([begun[0].signal.aborted, two.seen.result, one.progress, two.progress]).toEqual([
      false,
      null,
      [0.5],
      [0.5, 0.7],
    ]);
    expect(wanting(want).progress).toEqual([0.7]);
    begun[0].end("done");
    expect(await two.promise).toBe("done");
  });

  it("is stopped when the last lets go, and begins anew for who comes while it ends", async () => {
    const { begun, want } = held();
    const [one, two] = [wanting(want), wanting(want)];
    await turn();
    one.leave();
    two.leave();
    const late = wanting(want);
    await turn();
    expect([begun[0].signal.aborted, two.seen.result]).toEqual([true, "failed: stopped in the middle"]);
    expect(begun).toHaveLength(2);
    begun[1].end("anew");
    expect(await late.promise).toBe("anew");
    expect(begun[1].signal.aborted).toBe(false);
  });

  it("keeps the last waiting until it has ended, and gives it what came in spite of the stop", async () => {
    const together = sharedWork<number, string>();
    const controller = new AbortController();
    let end = (_: string) => {};
    const promise = together(
      "a",
      () =>
        new Promise<string>((resolve) => {
          end = resolve;
        }),
      { signal: controller.signal },
    );
    await turn();
    controller.abort();
    end("too late to stop");
    expect(await promise).toBe("too late to stop");
  });

  it("is not begun for a signal that has fired, and never stopped for who has none", async () => {
    const { begun, want } = held();
    await expect(want("a", { signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
    expect(begun).toHaveLength(0);
    const patient = want("a");
    const one = wanting(want);
    await turn();
    one.leave();
    begun[0].end("done");
    expect(await patient).toBe("done");
  });
});
