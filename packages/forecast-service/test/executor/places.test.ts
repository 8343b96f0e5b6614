import { describe, expect, it } from "vitest";
import { createPlaces } from "../../src/executor/places.js";

const never = new AbortController().signal;

describe("places", () => {
  it("go to the lowest rank first, and to equals in the order they came", async () => {
    const places = createPlaces(1);
    const order: string[] = [];
    const visit = (name: string, rank: number) =>
      places.take(rank, never).then((release) => {
        order.push(name);
        release();
        release(); // giving back twice is once
      });
    await Promise.all([visit("first", 5), visit("train 1", 3), visit("infer", 1), visit("train 2", 3)]);
    expect(order).toEqual(["first", "infer", "train 1", "train 2"]);
    expect([places.taken, places.waiting]).toEqual([0, 0]);
  });

  it("are not waited for by who went away", async () => {
    const places = createPlaces(1);
    const release = await places.take(0, never);
    const leaving = new AbortController();
    const gone = places.take(0, leaving.signal);
    const stays = places.take(0, never);
    leaving.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    expect(places.waiting).toBe(1);
    release();
    (await stays)();
    const held = await places.take(0, never);
    const refused = places.take(0, never);
    places.close(new Error("closed"));
    await expect(refused).rejects.toThrow("closed");
    held();
  });
});
