// Series of the benchmarks: made by a seeded generator, so that every machine and language measures the same numbers.

/** AirPassengers (Box & Jenkins 1976, series G). */
export const airPassengers = [
  112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
  140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
  172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
  229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
  355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
  505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
  622, 606, 508, 461, 390, 432,
];

/** CPU percent at 5 minutes: a SARMA (2,0,2)(1,0,1)[12] around a daily wave. */
export function serverMetric(n, seed = 1) {
  let state = seed >>> 0;
  const uniform = () => {
    // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const burn = 600;
  const e = Array.from({ length: n + burn }, normal);
  const u = new Array(n + burn).fill(0);
  const at = (list, t) => (t < 0 ? 0 : list[t]);
  for (let t = 0; t < n + burn; t++) {
    // (1 − 0.9B + 0.2B²)(1 − 0.7B¹²) u = (1 − 0.3B + 0.1B²)(1 − 0.4B¹²) e
    const ar = (s) => at(u, s);
    const ma = (s) => at(e, s);
    u[t] =
      0.9 * ar(t - 1) -
      0.2 * ar(t - 2) +
      0.7 * (ar(t - 12) - 0.9 * ar(t - 13) + 0.2 * ar(t - 14)) +
      ma(t) -
      0.3 * ma(t - 1) +
      0.1 * ma(t - 2) -
      0.4 * (ma(t - 12) - 0.3 * ma(t - 13) + 0.1 * ma(t - 14));
  }
  return Array.from({ length: n }, (_, t) =>
    Number((45 + 6 * Math.sin((2 * Math.PI * t) / 288) + 2 * u[t + burn]).toFixed(4)),
  );
}
