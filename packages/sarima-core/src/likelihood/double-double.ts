import { toFixed, toNumber } from "../fixed-point.js";

/**
 * Arithmetic with twice the digits of a number (Dekker 1971; Knuth TAOCP 2, 4.2.2): a value is the unevaluated sum of two
 * doubles. Each function returns the high part and leaves the low part in `low`, so that nothing is allocated.
 */
export let low = 0;

export function add(ah: number, al: number, bh: number, bl: number): number {
  const s = ah + bh;
  const b = s - ah;
  const e = ah - (s - b) + (bh - b) + (al + bl);
  const h = s + e;
  low = e - (h - s);
  return h;
}

const SPLIT = 134217729; // 2²⁷ + 1

export function mul(ah: number, al: number, bh: number, bl: number): number {
  const p = ah * bh;
  let c = SPLIT * ah;
  const a1 = c - (c - ah);
  const a2 = ah - a1;
  c = SPLIT * bh;
  const b1 = c - (c - bh);
  const b2 = bh - b1;
  const e = a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2 + (ah * bl + al * bh);
  const h = p + e;
  low = e - (h - p);
  return h;
}

export function div(ah: number, al: number, bh: number, bl: number): number {
  const q1 = ah / bh;
  const mh = mul(q1, 0, bh, bl);
  const rh = add(ah, al, -mh, -low);
  const q2 = rh / bh;
  const h = q1 + q2;
  low = q2 - (h - q1);
  return h;
}

/** A fixed-point number. */
export function rounded(a: bigint): number {
  const h = toNumber(a);
  low = toNumber(a - toFixed(h));
  return h;
}

/** A vector of double-doubles. */
export class ExtendedVector {
  readonly hi: Float64Array;
  readonly lo: Float64Array;

  constructor(length: number) {
    this.hi = new Float64Array(length);
    this.lo = new Float64Array(length);
  }

  set(i: number, high: number, lowPart: number): void {
    this.hi[i] = high;
    this.lo[i] = lowPart;
  }

  /** this[i] += a·b */
  addProduct(i: number, ah: number, al: number, bh: number, bl: number): void {
    const ph = mul(ah, al, bh, bl);
    const pl = low;
    this.hi[i] = add(this.hi[i], this.lo[i], ph, pl);
    this.lo[i] = low;
  }
}
