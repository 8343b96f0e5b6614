import type { GateReport, GateScore } from "../http/contract.js";

/** As much of a champion as decides how it is protected. */
interface Standing {
  /** It went live without having passed the gate. */
  readonly provisional: boolean;
}

type Verdict = Pick<GateReport, "accepted" | "reason">;

/** Where there are too few values to hold any back. */
export function unjudged(n: number, champion: Standing | null): Verdict {
  if (!champion)
    return { accepted: true, reason: `Goes live as the first model: ${n} values are too few to judge it.` };
  return champion.provisional
    ? {
        accepted: true,
        reason: `Goes live in place of a model that knew less: ${n} values are too few to compare the two.`,
      }
    : { accepted: false, reason: `The champion stays: ${n} values are too few to compare the two.` };
}

/**
 * Who forecasts from now on, in a plain sentence.
 *
 * @param scores the candidate's first; none where nothing could be judged
 * @param margin by what share the candidate must be better than the champion
 */
export function verdict(scores: readonly GateScore[], champion: Standing | null, margin: number): Verdict {
  if (scores.length === 0) {
    return champion
      ? { accepted: false, reason: "The champion stays: the values held back are gaps, and nothing can be compared." }
      : {
          accepted: true,
          reason: "Goes live as the first model: the values held back are gaps, and nothing can be compared.",
        };
  }
  const own = scores[0].pinball;
  const rival = scores.find(({ name }) => name === "champion");
  const best = scores
    .filter(({ name }) => name !== "candidate" && name !== "champion")
    .reduce((a, b) => (b.pinball < a.pinball ? b : a));
  const lost = own > best.pinball;
  const toBaseline = `${BASELINES[best.name]} (pinball loss ${pair(own, best.pinball, " against ")})`;
  if (!champion) {
    return {
      accepted: true,
      reason: lost
        ? `Goes live as the first model, though it lost to ${toBaseline}.`
        : `Goes live as the first model: no worse than ${toBaseline}, the best baseline.`,
    };
  }
  if (rival && !(own < rival.pinball * (1 - margin))) {
    return {
      accepted: false,
      reason: `The champion stays: the candidate's pinball loss is ${pair(own, rival.pinball, ", the champion's ")}.`,
    };
  }
  const better = rival
    ? `it beats the champion (pinball loss ${pair(own, rival.pinball, " against ")})`
    : "the champion cannot be compared: it knew the values held back, or cannot take them";
  if (lost && !champion.provisional) {
    return { accepted: false, reason: `The champion stays: the candidate lost to ${toBaseline}.` };
  }
  return {
    accepted: true,
    reason: lost
      ? `Goes live: ${better}, which had not passed the gate either; both lose to ${BASELINES[best.name]}.`
      : `Goes live: ${better} and is no worse than ${toBaseline}.`,
  };
}

const BASELINES: Record<string, string> = {
  naive: "the naive forecast",
  "seasonal-naive": "the seasonal naive forecast",
  "empirical-quantiles": "the quantiles of the last day",
};

/** Both losses, with as many digits as tell them apart: 0.16 does not beat 0.16. */
function pair(a: number, b: number, between: string): string {
  const short = (value: number, digits: number) => String(Number(value.toPrecision(digits)));
  let digits = 3;
  while (a !== b && digits < 8 && short(a, digits) === short(b, digits)) digits++;
  return `${short(a, digits)}${between}${short(b, digits)}`;
}
