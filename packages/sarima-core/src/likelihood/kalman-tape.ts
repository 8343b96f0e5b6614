/**
 * What backward passes need of each time of a forward pass of the Kalman filter, before the flat part is added. Its arrays are used
 * again by the next pass of the same size, so that a fit allocates them once.
 */
export class KalmanTape {
  /** Length of a state: r, then the slots of the gaps. */
  size = 0;
  /** M_t = P_t Z', one state after the other. */
  M = new Float64Array(0);
  /** Cov(state, w_t | y until t), one state after the other; 0 where w_t is known. */
  p = new Float64Array(0);
  observed = new Uint8Array(0);
  /** 1 where y_t is observed and no gap is in reach of the differencing: w_t is known. */
  known = new Uint8Array(0);
  F = new Float64Array(0);
  /** Per series (y, columns, flat unknowns): innovation (0 at gaps), prediction of y_t and of w_t from the values before t. */
  v: Float64Array[] = [];
  prediction: Float64Array[] = [];
  w: Float64Array[] = [];

  /** Numbers that `reserve` asks for. */
  static numbers(n: number, size: number, series: number): number {
    return 2 * n * size + 3 * n * series;
  }

  reserve(n: number, size: number, series: number): void {
    this.size = size;
    if (this.M.length !== n * size) {
      this.M = new Float64Array(n * size);
      this.p = new Float64Array(n * size);
    }
    if (this.F.length !== n || this.v.length !== series) {
      const each = () => Array.from({ length: series }, () => new Float64Array(n));
      this.observed = new Uint8Array(n);
      this.known = new Uint8Array(n);
      this.F = new Float64Array(n);
      this.v = each();
      this.prediction = each();
      this.w = each();
    }
  }
}
