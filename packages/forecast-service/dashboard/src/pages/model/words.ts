/** A model in sentences, for people who do not read equations. */
import { coefficientText, type Polynomial, type Structure } from "./structure.js";

/** How long so many steps take, such as `1 h`; null where that says nothing. */
export type StepsWords = (steps: number) => string | null;

export function modelWords(structure: Structure, lasting: StepsWords): string[] {
  const { d, D, ar, ma, constant, regressors, sigma2 } = structure;
  const subject = d + D > 0 ? "this change" : "the next value";
  const sentences = [scaleWords(structure), differenceWords(structure, lasting)];
  const parts = [...ar.map((one) => arWords(one, subject, lasting)), ...ma.map((one) => maWords(one, lasting))];
  if (parts.length > 0) sentences.push(`It expects ${subject} from ${listed(parts)}.`);
  else if (d + D > 0) sentences.push("Beyond that nothing is carried over: each change is as likely up as down.");
  else sentences.push("Nothing is carried over from one value to the next: it expects its mean at all times.");
  if (constant?.kind === "mean") {
    sentences.push(`Without news it returns to a mean of ${coefficientText(constant.value)}${scaleNote(structure)}.`);
  }
  if (constant?.kind === "drift") {
    sentences.push(`Without news it moves by ${coefficientText(constant.value)} at each step${scaleNote(structure)}.`);
  }
  if (regressors > 0) {
    sentences.push(
      `${regressors === 1 ? "One more term describes" : `${regressors} more terms describe`} longer cycles or levels.`,
    );
  }
  if (sigma2 !== null) {
    sentences.push(
      `What one step cannot explain has a standard deviation of ${coefficientText(Math.sqrt(sigma2))}${scaleNote(structure)}.`,
    );
  }
  return sentences.filter((one) => one !== "");
}

function scaleNote({ transform }: Structure): string {
  return transform ? " on that scale" : "";
}

function scaleWords({ transform }: Structure): string {
  if (!transform) return "";
  if (transform.kind === "log") {
    const offset = transform.offset === 0 ? "" : `, after adding ${coefficientText(transform.offset)}`;
    return `It works on logarithms of the values${offset}: what doubles is one step up, wherever it starts.`;
  }
  if (transform.kind === "logit") {
    return `It works on a scale that has no ends (logit), so that no forecast leaves ${transform.lower} to ${transform.upper}.`;
  }
  return `It works on values taken to the power of ${coefficientText(transform.lambda)} (Box–Cox).`;
}

function differenceWords({ d, D, period }: Structure, lasting: StepsWords): string {
  const season = D > 0 ? `from ${ago(period, lasting)}` : "";
  const step = d > 0 ? `from one value to the next${d > 1 ? `, and how that itself changes` : ""}` : "";
  if (d + D === 0) return "";
  return `What it looks at is the change ${[season, step].filter((one) => one !== "").join(", and then ")}.`;
}

function arWords({ lag, coefficients }: Polynomial, subject: string, lasting: StepsWords): string {
  const what = subject === "this change" ? "changes" : "values";
  const weights = coefficients.map((value) => coefficientText(-value));
  if (coefficients.length > LONG)
    return `the last ${coefficients.length} ${what}, most of all ${strongest(coefficients)}`;
  if (lag > 1) return `what was ${ago(lag, lasting)} (weight ${weights.join(", ")})`;
  if (coefficients.length === 1) return `the last one (weight ${weights[0]})`;
  return `the last ${coefficients.length} ${what} (weights ${listed(weights)})`;
}

function maWords({ lag, coefficients }: Polynomial, lasting: StepsWords): string {
  if (coefficients.length > LONG) return `the last ${coefficients.length} surprises`;
  const weights = listed(coefficients.map((value) => coefficientText(value)));
  if (lag > 1) return `the surprise of ${ago(lag, lasting)} (weight ${weights})`;
  if (coefficients.length === 1) return `the last surprise, which is what it had not expected (weight ${weights})`;
  return `the last ${coefficients.length} surprises, which are what it had not expected (weights ${weights})`;
}

/** More weights than this are read by nobody. */
const LONG = 6;

/** `that of 1 step before (weight 0.58), 12 steps before (0.222)`: the four with the largest weights. */
function strongest(coefficients: readonly number[]): string {
  const largest = coefficients
    .map((value, place) => ({ weight: -value, steps: place + 1 }))
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
    .slice(0, 4);
  return listed(largest.map(({ weight, steps }) => `${steps} back (weight ${coefficientText(weight)})`));
}

/** `12 steps (1 h) before`; a number and its unit stay on one line. */
function ago(steps: number, lasting: StepsWords): string {
  const words = lasting(steps)?.replaceAll(" ", "\u00a0") ?? null;
  return words === null ? `${steps} steps before` : `${steps} steps (${words}) before`;
}

function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}`;
}
