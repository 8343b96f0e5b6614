/** P(Z ≤ x) of the standard normal distribution, to a few units of the last digit in both tails (Cody 1969, as R's pnorm). */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  const size = Math.abs(x);
  if (size <= 0.67448975) {
    const xx = size > 1e-17 ? x * x : 0;
    return 0.5 + x * ratio(xx, CENTRE);
  }
  const tail = size > 38.6 ? 0 : upperTail(size);
  return x > 0 ? 1 - tail : tail;
}

/** P(Z > x). */
export function normalTail(x: number): number {
  return normalCdf(-x);
}

/** P(Z > x) for x > 0.67. */
function upperTail(x: number): number {
  let value: number;
  if (x <= Math.sqrt(32)) value = ratio(x, MIDDLE);
  else {
    const s = 1 / (x * x);
    value = (1 / Math.sqrt(2 * Math.PI) - s * ratio(s, FAR)) / x;
  }
  // exp(−x²/2) with x² split, so that no digit of the exponent is lost.
  const head = Math.trunc(x * 16) / 16;
  return Math.exp(-head * head * 0.5) * Math.exp(-(x - head) * (x + head) * 0.5) * value;
}

interface Rational {
  readonly numerator: readonly number[];
  readonly denominator: readonly number[];
}

/** Quotient of two polynomials, highest power first. */
function ratio(x: number, { numerator, denominator }: Rational): number {
  let a = 0;
  for (let i = 0; i < numerator.length; i++) a = a * x + numerator[i];
  let b = 0;
  for (let i = 0; i < denominator.length; i++) b = b * x + denominator[i];
  return a / b;
}

const CENTRE: Rational = {
  numerator: [0.06568233791820745, 2.2352520354606837, 161.02823106855587, 1067.6894854603709, 18154.98125334356],
  denominator: [1, 47.20258190468824, 976.0985517377767, 10260.932208618979, 45507.78933502673],
};
const MIDDLE: Rational = {
  numerator: [
    1.0765576773720192e-8, 0.39894151208813466, 8.883149794388377, 93.50665613217785, 597.2702763948002,
    2494.5375852903726, 6848.190450536283, 11602.65143764735, 9842.714838383978,
  ],
  denominator: [
    1, 22.266688044328117, 235.387901782625, 1519.3775994075547, 6485.558298266761, 18615.571640885097,
    34900.95272114598, 38912.00328609327, 19685.429676859992,
  ],
};
const FAR: Rational = {
  numerator: [
    0.02307344176494017, 0.215898534057957, 0.12740116116024736, 0.022235277870649807, 0.0014216191932278934,
    2.9112874951168793e-5,
  ],
  denominator: [
    1, 1.284260096144911, 0.4682382124808651, 0.06598813786892856, 0.0037823963320275824, 7.297515550839662e-5,
  ],
};
