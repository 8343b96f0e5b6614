import type { AnomaliesResponse } from "../../../src/http/contract.js";

/** A value outside of the 99 % band of the forecast made one step before. */
export interface Anomaly {
  /** Milliseconds. */
  readonly at: number;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
}

export function anomaliesOf(response: AnomaliesResponse): Anomaly[] {
  return response.anomalies.map(({ time, value, lower, upper }) => ({ at: Date.parse(time), value, lower, upper }));
}
