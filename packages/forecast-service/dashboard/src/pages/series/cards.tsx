import type { ComponentChildren } from "preact";
import type { StoredForecastResponse, ThresholdOutlook } from "../../../../src/http/contract.js";
import type { KnownSeries } from "../../data/use-series.js";
import { outlook } from "../../forecast/outlook.js";
import { formatThreshold, thresholdWords } from "../../forecast/threshold.js";
import type { Step } from "../../forecast/timeline.js";
import { formatSpan, formatValue, type Unit } from "../../format.js";
import { versionName } from "../../names.js";
import { Age, Clock, Until } from "../../view/time.js";

interface CardsProps {
  readonly entry: KnownSeries["entry"];
  readonly forecast: StoredForecastResponse | null;
  readonly steps: readonly Step[];
  readonly now: number;
  readonly skew: number;
  /** Grid of the series, in seconds; three steps without a value are more than a delay. */
  readonly stepSeconds: number;
}

/** The answers to "how is it, how will it be, how bad can it get, and who says so". */
export function Cards({ entry, forecast, steps, now, skew, stepSeconds }: CardsProps) {
  const { inOneHour, inFourHours, peak } = outlook(steps, now);
  const patience = 3 * stepSeconds * 1000;
  const silent = entry.last !== null && now - Date.parse(entry.last.time) > patience;
  const overdue = forecast !== null && now - Date.parse(forecast.issuedAt) > 2 * patience;
  return (
    <dl class="cards">
      <Card name={silent ? "Last value" : "Now"} class="card-now" value={formatValue(entry.last?.value, entry.unit)}>
        {entry.last ? (
          <p class={silent ? "card-warning" : undefined}>
            {silent ? "came" : "measured"} <Age at={Date.parse(entry.last.time)} skew={skew} />
          </p>
        ) : (
          <p>no value yet</p>
        )}
        <RangeBar unit={entry.unit} value={entry.last?.value ?? null} range={null} />
      </Card>
      {forecast && (
        <>
          <StepCard name="In 1 hour" step={inOneHour} unit={entry.unit} now={now} />
          <StepCard name="In 4 hours" step={inFourHours} unit={entry.unit} now={now} />
          <StepCard
            name="Peak ahead"
            title="The highest median still to come"
            step={peak}
            unit={entry.unit}
            now={now}
          />
          {entry.outlook?.threshold && <ThresholdCard outlook={entry.outlook.threshold} unit={entry.unit} now={now} />}
          <Card name="Model" class="card-model" value={versionName(forecast.modelVersion)} full={forecast.modelVersion}>
            <p class={overdue ? "card-warning" : undefined}>
              {overdue ? "overdue, " : ""}forecast made <Age at={Date.parse(forecast.issuedAt)} skew={skew} />
            </p>
            {entry.nextRun !== null && (
              <p>
                next <Until at={Date.parse(entry.nextRun)} skew={skew} />
              </p>
            )}
          </Card>
        </>
      )}
    </dl>
  );
}

interface StepCardProps {
  readonly name: string;
  readonly title?: string;
  readonly step: Step | null;
  readonly unit: Unit;
  readonly now: number;
}

function StepCard({ name, title, step, unit, now }: StepCardProps) {
  return (
    <Card name={name} title={title} class="card-step" value={formatValue(step?.median, unit)}>
      {step ? (
        <>
          <p>
            <span>
              at <Clock at={step.at} now={now} />
            </span>
            {step.range95 && (
              <span class="card-range" title="95 % of outcomes are expected in this range">
                <span class="card-range-name">95 %: </span>
                {formatSpan(...step.range95, unit)}
              </span>
            )}
          </p>
          <RangeBar unit={unit} value={step.median} range={step.range95} />
        </>
      ) : (
        <p>beyond the end of this forecast</p>
      )}
    </Card>
  );
}

function ThresholdCard({ outlook, unit, now }: { outlook: ThresholdOutlook; unit: Unit; now: number }) {
  const { when, how, likely } = thresholdWords(outlook, now);
  return (
    <Card
      name={`Reaches ${formatThreshold(outlook.threshold, unit)}`}
      title="From simulated paths of the next four hours"
      class={likely ? "card-limit card-limit-likely" : "card-limit"}
      value={when}
    >
      <p>{how}</p>
    </Card>
  );
}

interface CardProps {
  readonly name: string;
  readonly title?: string | undefined;
  readonly class: string;
  readonly value: string;
  /** The value unabridged, shown on pointing at it. */
  readonly full?: string;
  readonly children: ComponentChildren;
}

function Card({ name, title, class: kind, value, full, children }: CardProps) {
  return (
    <div class={`card ${kind}`}>
      <dt title={title}>{name}</dt>
      <dd>
        <span class="card-value" title={full ?? value}>
          {value}
        </span>
        {children}
      </dd>
    </div>
  );
}

interface RangeBarProps {
  readonly unit: Unit;
  readonly value: number | null;
  readonly range: readonly [number, number] | null;
}

/** Where a percentage and its 95 % range lie between empty and full. The numbers beside it say the same. */
function RangeBar({ unit, value, range }: RangeBarProps) {
  if (unit !== "percent" || value === null) return null;
  const place = (percent: number) => Math.min(100, Math.max(0, percent));
  return (
    <svg class="range-bar" aria-hidden="true">
      <rect class="range-track" y="3" width="100%" height="4" rx="2" />
      {range ? (
        <rect
          class="range-span"
          x={`${place(range[0])}%`}
          y="3"
          width={`${Math.max(1, place(range[1]) - place(range[0]))}%`}
          height="4"
          rx="2"
        />
      ) : (
        <rect class="range-level" y="3" width={`${place(value)}%`} height="4" rx="2" />
      )}
      {range && <rect class="range-median" x={`${place(value)}%`} width="3" height="10" rx="1.5" />}
    </svg>
  );
}
