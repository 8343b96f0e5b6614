import { Random } from "../../src/random.js";

/** A load with a daily cycle, an hourly job, noise and spikes, at least 0. */
export function load(n: number, seed = 1): Float64Array {
  const random = new Random(seed);
  let state = 0;
  return Float64Array.from({ length: n }, (_, t) => {
    state = 0.9 * state + random.normal();
    const spike = random.uniform() < 0.01 ? 40 : 0;
    return Math.max(0, 20 + 6 * Math.sin((2 * Math.PI * t) / 288) + (t % 12 === 0 ? 4 : 0) + 1.5 * state + spike);
  });
}
