import { normalQuantile } from "./distributions/normal-quantile.js";
import type { Calibration } from "./model.js";

/**
 * Half-width of an interval in standard errors: the normal quantile, times the model's calibration where it has one. The factor lies on
 * straight lines in the quantile between the levels of the calibration, and is held beyond them.
 */
export function halfWidth(level: number, calibration: Calibration | undefined): number {
  const z = normalQuantile(0.5 + level / 2);
  if (!calibration) return z;
  const { levels, factors } = calibration;
  const at = levels.map((known) => normalQuantile(0.5 + known / 2));
  if (z <= at[0]) return z * factors[0];
  for (let i = 1; i < at.length; i++) {
    if (z <= at[i]) {
      const share = (z - at[i - 1]) / (at[i] - at[i - 1]);
      return z * (factors[i - 1] + share * (factors[i] - factors[i - 1]));
    }
  }
  return z * factors[factors.length - 1];
}
