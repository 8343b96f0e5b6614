import { describe, expect, it } from "vitest";
import { Random } from "../src/random.js";

describe("random numbers", () => {
  it("are those of xoshiro128** by its authors, from the state 1, 2, 3, 4", () => {
    const random = Random.fromState([1, 2, 3, 4]);
    const first = Array.from({ length: 10 }, () => random.bits());
    expect(first).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it("stay as they are from one version to the next: saved seeds keep their paths", () => {
    const random = new Random(42);
    expect([random.bits(), random.bits(), random.bits()]).toEqual([2837322924, 544945897, 479756282]);
  });

  it("differ between seeds that are close, large or negative", () => {
    const seeds = [0, 1, 2, -1, 2 ** 32, 2 ** 32 + 1, 2 ** 33, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    expect(new Set(seeds.map((seed) => new Random(seed).bits())).size).toBe(seeds.length);
  });

  it("are uniform and normal", () => {
    const random = new Random(7);
    const n = 200_000;
    const cells = new Array<number>(20).fill(0);
    const moments = [0, 0, 0, 0];
    let product = 0;
    let last = 0;
    for (let i = 0; i < n; i++) {
      cells[Math.floor(random.uniform() * 20)]++;
      const z = random.normal();
      for (let k = 0; k < 4; k++) moments[k] += z ** (k + 1) / n;
      product += (z * last) / n;
      last = z;
    }
    const chi = cells.reduce((sum, c) => sum + (c - n / 20) ** 2 / (n / 20), 0);
    // 99.9 % points for 19 degrees of freedom, and four standard errors.
    expect(chi).toBeLessThan(43.8);
    expect(Math.abs(moments[0])).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moments[1] - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(moments[2])).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moments[3] - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(Math.abs(product)).toBeLessThan(4 / Math.sqrt(n));
  });

  it("draws whole numbers below a bound evenly", () => {
    const random = new Random(3);
    const counts = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) counts[random.below(3)]++;
    for (const c of counts) expect(Math.abs(c - 10_000)).toBeLessThan(4 * Math.sqrt(10_000 * (2 / 3)));
  });
});
