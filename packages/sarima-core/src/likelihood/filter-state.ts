import type { LagPolynomial } from "../polynomial.js";

/** The polynomials of a model with every coefficient known. */
export interface ModelPolynomials {
  readonly phi: LagPolynomial;
  readonly theta: LagPolynomial;
  /** y_t = Σ δₖ y_{t−k} + w_t */
  readonly delta: LagPolynomial;
}

/** Mean of the state: the ARMA part, and the last values that differencing looks back to. */
export interface StateMean {
  /** Mean of Harvey's state for the next time: its first element predicts the next w. */
  readonly alpha: Float64Array;
  /** y_{n−1}, y_{n−2}, …: what the differencing looks back to. */
  readonly lags: Float64Array;
}

/** After complete data: the Chandrasekhar gains say all there is to say about uncertainty. */
export interface InnovationsFilterState extends StateMean {
  readonly kind: "innovations";
  readonly G: Float64Array;
  readonly W: Float64Array;
  readonly F: number;
  /** 0 in the steady state. */
  readonly M: number;
}

/** After gaps: the full covariance, for Var ε = 1, of the state and of those lags that are gaps themselves. */
export interface CovarianceFilterState extends StateMean {
  readonly kind: "covariance";
  /** r × r */
  readonly P: Float64Array;
  /** Lags (1-based) that are gaps. */
  readonly gapLags: Int32Array;
  /** gaps × r */
  readonly gapAlpha: Float64Array;
  /** gaps × gaps */
  readonly gapVariance: Float64Array;
}

/** Where a filter stands after the last value of a series. */
export type FilterState = InnovationsFilterState | CovarianceFilterState;
