import { checkEnsemble, type SarimaEnsemble } from "./ensemble.js";

/**
 * Which members, which weights and why, as a text: what was tried on the training data, how each member did there, and how far
 * the intervals were moved.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for anything but an ensemble
 */
export function explain(ensemble: SarimaEnsemble): string {
  const { y, members, calibration, warnings, horizon, transform, lower, upper } = checkEnsemble(ensemble);
  const gaps = y.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0);
  const scale =
    transform?.kind === "logit" ? "the logit between its bounds" : transform?.kind === "log" ? "the log" : null;
  const range = `${lower === null ? "no lower bound" : `at least ${lower}`}, ${upper === null ? "no upper bound" : `at most ${upper}`}`;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const width = Math.max(...members.map(({ description }) => description.length));
  const lines = [
    `Ensemble of ${members.length} members, ${y.length} observations${gaps > 0 ? ` (${gaps} gaps)` : ""}, ${range}.`,
    `Members work on the data as measured${scale ? ` and on ${scale}` : ""}; the forecast is their weighted median, quantile by quantile.`,
    calibration.origins > 0
      ? `Weights follow from forecasts of ${horizon} steps from ${calibration.origins} origins inside the series: losses are relative to the average member, and lower is better.`
      : "The series is too short to judge members on it: they count alike.",
    "",
    `${"member".padEnd(width)}  weight: lower  centre   upper   loss: lower  centre   upper`,
  ];
  const byCentre = [...members].sort((a, b) => b.weights.centre - a.weights.centre);
  for (const { description, weights, loss } of byCentre) {
    const shares = [weights.lower, weights.centre, weights.upper].map((w) => percent(w).padStart(7));
    const losses = [loss.lower, loss.centre, loss.upper].map((l) => l.toFixed(2).padStart(7));
    lines.push(`${description.padEnd(width)}        ${shares.join(" ")}       ${losses.join(" ")}`);
  }
  lines.push("");
  if (calibration.origins > 0) {
    const { before, after, trust } = calibration;
    lines.push(
      `On those origins the 80 % interval held ${percent(before.cover80)} and the 95 % interval ${percent(before.cover95)} of the values; calibrated, ${percent(after.cover80)} and ${percent(after.cover95)}.`,
      `The origins decide ${percent(trust)} of the correction; the rest is what such ensembles need on average.`,
    );
  }
  const { weighedTo, training } = ensemble;
  if (training && weighedTo > training.length) {
    lines.push(
      `Losses are those in training. Weights and calibration have followed the ${weighedTo - training.length} values that came after it.`,
    );
  }
  for (const warning of warnings) lines.push(`Warning: ${warning}`);
  return lines.join("\n");
}
