/**
 * Random numbers that are the same in every engine, Node or browser: xoshiro128** (Blackman & Vigna 2021) in 32-bit integer
 * arithmetic, seeded through splitmix32. Uniforms agree to the bit; normals to the last digit of the engine's logarithm.
 * Not for secrets.
 */
export class Random {
  private readonly s: Uint32Array;
  private spare = Number.NaN;

  /** @param seed any whole number up to 2⁵³ in size */
  constructor(seed: number) {
    this.s = new Uint32Array(4);
    const size = Math.abs(seed);
    let state = (size >>> 0) ^ Math.imul(Math.floor(size / 2 ** 32) + (seed < 0 ? 2 ** 21 : 0), 0x9e3779b1);
    for (let i = 0; i < 4; i++) {
      state = (state + 0x9e3779b9) | 0;
      let z = state;
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
      this.s[i] = z ^ (z >>> 16);
    }
  }

  /** Starts from a given state of four 32-bit words, not all zero. */
  static fromState(words: readonly [number, number, number, number]): Random {
    const random = new Random(0);
    random.s.set(words);
    return random;
  }

  /** The next 32 random bits. */
  bits(): number {
    const { s } = this;
    const x = Math.imul(s[1], 5);
    const out = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return out;
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A whole number in [0, n), n ≤ 2³², every one equally likely. */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const bits = this.bits();
      if (bits < limit) return bits % n;
    }
  }

  /** Standard normal, by the polar method (Marsaglia & Bray 1964): it rejects by arithmetic alone, so streams stay in step. */
  normal(): number {
    if (!Number.isNaN(this.spare)) {
      const value = this.spare;
      this.spare = Number.NaN;
      return value;
    }
    for (;;) {
      const u = 2 * this.uniform() - 1;
      const v = 2 * this.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      this.spare = v * scale;
      return u * scale;
    }
  }
}
