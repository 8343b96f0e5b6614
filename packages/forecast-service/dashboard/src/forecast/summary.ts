/** The chart in sentences: for people who do not see it, and for those who want it said once. */
import type { HistoryResponse, SeriesEntry } from "../../../src/http/contract.js";
import { formatDayClock, formatDuration, formatMoment, formatSpan, formatValue } from "../format.js";
import { metricName } from "../names.js";
import { type Outlook, outlook } from "./outlook.js";
import type { Step } from "./timeline.js";

export interface SummaryInput {
  readonly entry: SeriesEntry;
  readonly history: HistoryResponse;
  /** `24 hours`; null where the reader has chosen a stretch. */
  readonly rangeWords: string | null;
  readonly steps: readonly Step[];
  readonly gaps: readonly (readonly [from: number, to: number])[];
  readonly now: number;
  readonly timeZone?: string;
}

/** One sentence for the present, one for the past, one for the future; each only where there is something to say. */
export function summarize(input: SummaryInput): string[] {
  return [present(input), past(input), future(input, outlook(input.steps, input.now))].filter((line) => line !== "");
}

function present({ entry, now, timeZone }: SummaryInput): string {
  const name = `${metricName(entry.metric)} of ${entry.host}${entry.synthetic ? " (synthetic data)" : ""}`;
  if (!entry.last) return `${name} has no value yet.`;
  return `${name} was ${formatValue(entry.last.value, entry.unit)} at ${formatMoment(Date.parse(entry.last.time), now, timeZone)}.`;
}

function past({ entry, history, rangeWords, gaps, now, timeZone }: SummaryInput): string {
  let count = 0;
  let sum = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let first = "";
  for (const { time, value } of history.points) {
    if (value === null) continue;
    if (count === 0) first = time;
    count++;
    sum += value;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (count < 2) return "";
  const from = Date.parse(history.from);
  const young = Date.parse(first) - from > 0.1 * (Date.parse(history.to) - from);
  const when = young
    ? `Since ${formatMoment(Date.parse(first), now, timeZone)}`
    : rangeWords === null
      ? `From ${formatDayClock(from, timeZone)} to ${formatDayClock(Date.parse(history.to), timeZone)}`
      : `In the last ${rangeWords}`;
  const missing = gaps.reduce((total, [from, to]) => total + (to - from) * 1000, 0);
  const gapWords =
    gaps.length === 0
      ? ""
      : `; ${gaps.length === 1 ? "one gap" : `${gaps.length} gaps`}, ${formatDuration(missing)} in all`;
  const [low, high] = [lowest, highest].map((value) => formatValue(value, entry.unit));
  if (low === high) return `${when} it was ${low} all the time${gapWords}.`;
  return (
    `${when} it lay between ${low} and ${high}, ` + `${formatValue(sum / count, entry.unit)} on average${gapWords}.`
  );
}

function future({ entry, steps, now, timeZone }: SummaryInput, { inOneHour, inFourHours, peak }: Outlook): string {
  if (!peak) return "";
  const say = (step: Step) => {
    const range = step.range95 ? ` (95\u202f% range ${formatSpan(...step.range95, entry.unit)})` : "";
    return `${formatValue(step.median, entry.unit)} at ${formatMoment(step.at, now, timeZone)}${range}`;
  };
  const stops = [inOneHour, inFourHours].filter((step) => step !== null).map(say);
  const until = formatDayClock(steps[steps.length - 1].at, timeZone);
  const expected = stops.length > 0 ? `expects ${stops.join(", then ")}, and ` : "";
  return `The forecast until ${until} ${expected}puts the highest median at ${say(peak)}.`;
}
