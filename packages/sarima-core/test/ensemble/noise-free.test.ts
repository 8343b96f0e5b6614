import { describe, expect, it } from "vitest";
import { burg } from "../../src/ensemble/autoregression.js";
import { withLeastNoise } from "../../src/ensemble/least-noise.js";
import {
  append,
  autoEnsemble,
  type Forecast,
  forecast,
  fromJSON,
  type SarimaEnsemble,
  toJSON,
} from "../../src/index.js";
import { isStationary } from "../../src/stationarity.js";

const wave = (t: number, period: number) => Math.sin((2 * Math.PI * t) / period);
const shapes: Readonly<Record<string, (t: number) => number>> = {
  "a slow sine": (t) => 50 + 30 * wave(t, 288),
  "a fast sine": (t) => 50 + 30 * wave(t, 12),
  "a straight line": (t) => 20 + t / 200,
  "a sawtooth that has not fallen yet": (t) => 20 + (60 * (t % 288)) / 288,
};
const values = (y: (t: number) => number, from: number, count: number) =>
  Float64Array.from({ length: count }, (_, i) => y(from + i));

describe("a series without noise", () => {
  const largest = (f: Forecast, y: (t: number) => number, from: number) =>
    Math.max(...f.median.map((value, h) => Math.abs(value - y(from + h))));

  it.each(Object.entries(shapes))("%s is forecast, also where later values are a little different", (_, y) => {
    const n = 216;
    const learnt: SarimaEnsemble = autoEnsemble(values(y, 0, n), { periods: [12], lower: 0, upper: 100, horizon: 48 });
    expect(largest(forecast(learnt, 48), y, n)).toBeLessThan(0.5);
    const kept = fromJSON(toJSON(learnt));
    expect(forecast(kept, 48).median).toEqual(forecast(learnt, 48).median);

    const later = values(y, n, 12);
    const after = (change: (value: number, i: number) => number) => forecast(append(learnt, later.map(change)), 48);
    expect(
      largest(
        after((value) => value),
        y,
        n + 12,
      ),
    ).toBeLessThan(0.5);
    expect(
      largest(
        after((value) => Math.round(value * 10) / 10),
        y,
        n + 12,
      ),
    ).toBeLessThan(1);
    // One value that is 5 too high moves the forecast by little more than that, and not to a bound.
    expect(
      largest(
        after((value, i) => value + (i === 11 ? 5 : 0)),
        y,
        n + 12,
      ),
    ).toBeLessThan(8);
    expect(
      largest(
        after((value, i) => value + (i === 6 ? 5 : 0)),
        y,
        n + 12,
      ),
    ).toBeLessThan(8);
  });

  it("learns from it with a little noise, which every other series is spared", () => {
    const sine = values((t) => 50 + 50 * wave(t, 288), 0, 600);
    const noisy = withLeastNoise(sine, sine);
    const misses = noisy.map((value, t) => value - sine[t]);
    const size = Math.sqrt(misses.reduce((sum, miss) => sum + miss * miss, 0) / misses.length);
    expect(size).toBeGreaterThan(0.03);
    expect(size).toBeLessThan(0.1);
    expect(Math.min(...noisy)).toBeGreaterThanOrEqual(Math.min(...sine));
    expect(Math.max(...noisy)).toBeLessThanOrEqual(Math.max(...sine));
    expect(withLeastNoise(sine, sine)).toEqual(noisy);

    for (const y of [
      values((t) => 50 + 5 * wave(t, 288) + (Math.imul(t, 2654435761) >>> 0) / 2 ** 32, 0, 600),
      values((t) => Math.round(50 + 5 * wave(t, 288)), 0, 600),
      values(() => 42, 0, 600),
      values((t) => (t === 300 ? 9 : 8), 0, 600),
      values((t) => t, 0, 5),
    ]) {
      expect(withLeastNoise(y, y)).toBe(y);
    }
  });

  it("gives gaps back as gaps", () => {
    const y = values(shapes["a slow sine"], 0, 400);
    const filled = y.slice();
    y[100] = Number.NaN;
    const noisy = withLeastNoise(y, filled);
    expect(noisy[100]).toBeNaN();
    expect(noisy.filter(Number.isNaN)).toHaveLength(1);
  });
});

it("Burg's coefficients are stationary as they are rounded, whatever the series", () => {
  for (const y of Object.values(shapes)) {
    for (const n of [60, 216, 768, 2016]) {
      for (const z of [values(y, 0, n), values((t) => y(t + 1) - y(t), 0, n)]) {
        expect(isStationary(burg(z, Math.min(60, n >> 3), true).model.phi)).toBe(true);
      }
    }
  }
});
