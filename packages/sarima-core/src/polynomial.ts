/**
 * A polynomial in the lag operator without its leading 1: the non-zero coefficients at lags ≥ 1, in increasing order.
 * Multiplicative seasonal polynomials have few of them however long the period is.
 */
export interface LagPolynomial {
  readonly lags: Int32Array;
  readonly coefs: Float64Array;
  /** Largest lag; 0 for the constant polynomial. */
  readonly degree: number;
}

export function lagPolynomial(coefficients: ArrayLike<number>, step = 1): LagPolynomial {
  const lags: number[] = [];
  const coefs: number[] = [];
  for (let j = 0; j < coefficients.length; j++) {
    if (coefficients[j] !== 0) {
      lags.push((j + 1) * step);
      coefs.push(coefficients[j]);
    }
  }
  return fromTerms(lags, coefs);
}

function fromTerms(lags: number[], coefs: number[]): LagPolynomial {
  return { lags: Int32Array.from(lags), coefs: Float64Array.from(coefs), degree: lags.at(-1) ?? 0 };
}

/** (1 + Σ aᵢBⁱ)(1 + Σ bⱼBʲ) − 1. */
export function multiply(a: LagPolynomial, b: LagPolynomial): LagPolynomial {
  const terms = new Map<number, number>();
  const add = (lag: number, value: number) => terms.set(lag, (terms.get(lag) ?? 0) + value);
  for (let i = 0; i < a.lags.length; i++) add(a.lags[i], a.coefs[i]);
  for (let j = 0; j < b.lags.length; j++) add(b.lags[j], b.coefs[j]);
  for (let i = 0; i < a.lags.length; i++) {
    for (let j = 0; j < b.lags.length; j++) add(a.lags[i] + b.lags[j], a.coefs[i] * b.coefs[j]);
  }
  const sorted = [...terms].filter(([, c]) => c !== 0).sort((x, y) => x[0] - y[0]);
  return fromTerms(
    sorted.map(([lag]) => lag),
    sorted.map(([, c]) => c),
  );
}

function negate(a: LagPolynomial): LagPolynomial {
  return { ...a, coefs: a.coefs.map((c) => -c) };
}

/**
 * (1 + Σ aᵢBⁱ)(1 + Σ bⱼBˢʲ) multiplied out again and again for changing coefficients: which lags there are is worked out
 * once. Overlapping lags (more coefficients than the period is long) are added up.
 */
export class SeasonalProduct {
  readonly poly: LagPolynomial;
  /** How many coefficients both factors have. */
  readonly coefficients: number;
  private readonly slots: Int32Array;

  constructor(
    private readonly regular: number,
    private readonly seasonal: number,
    period: number,
  ) {
    this.coefficients = regular + seasonal;
    const lag = (i: number, j: number) => i + period * j;
    const distinct = new Set<number>();
    for (let j = 0; j <= seasonal; j++) for (let i = 0; i <= regular; i++) distinct.add(lag(i, j));
    distinct.delete(0);
    const lags = [...distinct].sort((x, y) => x - y);
    this.slots = new Int32Array((regular + 1) * (seasonal + 1));
    for (let j = 0; j <= seasonal; j++) {
      for (let i = 0; i <= regular; i++) this.slots[j * (regular + 1) + i] = lags.indexOf(lag(i, j));
    }
    this.poly = fromTerms(lags, new Array<number>(lags.length).fill(0));
  }

  /** 1 + Σ sign·aᵢBⁱ times 1 + Σ sign·bⱼBˢʲ, less 1, times sign: φ for sign −1, θ for sign 1. Overwrites `poly`. */
  fill(a: readonly number[], b: readonly number[], sign: 1 | -1): LagPolynomial {
    const { coefs } = this.poly;
    const { regular, seasonal, slots } = this;
    coefs.fill(0);
    for (let i = 0; i < regular; i++) coefs[slots[i + 1]] += a[i];
    for (let j = 1; j <= seasonal; j++) {
      const row = j * (regular + 1);
      coefs[slots[row]] += b[j - 1];
      for (let i = 1; i <= regular; i++) coefs[slots[row + i]] += sign * a[i - 1] * b[j - 1];
    }
    return this.poly;
  }

  /** Derivatives with respect to the coefficients of `poly`, carried back to a (out[from …]) and b (out[seasonalFrom …]). */
  pullBack(
    bar: Float64Array,
    a: readonly number[],
    b: readonly number[],
    sign: 1 | -1,
    out: Float64Array,
    from: number,
    seasonalFrom: number,
  ): void {
    const { regular, seasonal, slots } = this;
    for (let i = 0; i < regular; i++) out[from + i] = bar[slots[i + 1]];
    for (let j = 1; j <= seasonal; j++) {
      const row = j * (regular + 1);
      let sum = bar[slots[row]];
      for (let i = 1; i <= regular; i++) {
        sum += sign * a[i - 1] * bar[slots[row + i]];
        out[from + i - 1] += sign * b[j - 1] * bar[slots[row + i]];
      }
      out[seasonalFrom + j - 1] = sum;
    }
  }
}

/** φ with (1 − Σ arᵢBⁱ)(1 − Σ sarⱼBˢʲ) = 1 − Σ φₖBᵏ. */
export function expandAr(ar: ArrayLike<number>, seasonalAr: ArrayLike<number>, period: number): LagPolynomial {
  return negate(multiply(negate(lagPolynomial(ar)), negate(lagPolynomial(seasonalAr, period))));
}

/** θ with (1 + Σ maᵢBⁱ)(1 + Σ smaⱼBˢʲ) = 1 + Σ θₖBᵏ. */
export function expandMa(ma: ArrayLike<number>, seasonalMa: ArrayLike<number>, period: number): LagPolynomial {
  return multiply(lagPolynomial(ma), lagPolynomial(seasonalMa, period));
}

/** δ with (1 − B)ᵈ(1 − Bˢ)ᴰ = 1 − Σ δₖBᵏ, so that y_t = Σ δₖ y_{t−k} + w_t. */
export function expandDifference(d: number, D: number, period: number): LagPolynomial {
  let poly = lagPolynomial([]);
  for (let i = 0; i < d; i++) poly = multiply(poly, lagPolynomial([-1]));
  for (let i = 0; i < D; i++) poly = multiply(poly, lagPolynomial([-1], period));
  return negate(poly);
}

/** All coefficients at lags 1 … length, zeros included. */
export function dense(poly: LagPolynomial, length = poly.degree): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < poly.lags.length; i++) if (poly.lags[i] <= length) out[poly.lags[i] - 1] = poly.coefs[i];
  return out;
}

/** ψ₀ … ψ_{count−1} of θ(B)/φ(B) = Σ ψⱼBʲ. With φ including the differences these are the weights of the forecast error. */
export function psiWeights(phi: LagPolynomial, theta: LagPolynomial, count: number): Float64Array {
  const psi = new Float64Array(count);
  if (count > 0) psi[0] = 1;
  for (let i = 0; i < theta.lags.length; i++) if (theta.lags[i] < count) psi[theta.lags[i]] += theta.coefs[i];
  for (let j = 1; j < count; j++) {
    let sum = psi[j];
    for (let i = 0; i < phi.lags.length && phi.lags[i] <= j; i++) sum += phi.coefs[i] * psi[j - phi.lags[i]];
    psi[j] = sum;
  }
  return psi;
}
