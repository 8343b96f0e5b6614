import { normalQuantile } from "./distributions/normal-quantile.js";
import type { Calibration } from "./model.js";

/**
 * Half-width of an interval in standard errors: the normal quantile, times the model's calibration where it has one. The factor lies on
 * straight lines in the quantile between the levels of the calibration, and is held beyond them.
 */
export function halfWidth(level: number, calibration: Calibration | undefined): number {
  const z = normalQuantile(0.5 + level / 2);
  return calibration ? widened(calibration)(z) : z;
}

/** Distance from the median in standard errors → the same as the calibration has it: odd, and rising where the widths rise. */
export function widened({ levels, factors }: Calibration): (z: number) => number {
  const at = levels.map((known) => normalQuantile(0.5 + known / 2));
  const last = at.length - 1;
  return (z) => {
    const distance = Math.abs(z);
    if (distance <= at[0]) return z * factors[0];
    for (let i = 1; i <= last; i++) {
      if (distance > at[i]) continue;
      const share = (distance - at[i - 1]) / (at[i] - at[i - 1]);
      return z * (factors[i - 1] + share * (factors[i] - factors[i - 1]));
    }
    return z * factors[last];
  };
}
