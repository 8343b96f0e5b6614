/** A percentage now, and the range of its peak to come, on an arc from empty to full. The numbers beside it say the same. */

interface GaugeProps {
  readonly value: number;
  /** Peak of the next hours with its band. */
  readonly peak: { readonly median: number; readonly lower: number; readonly upper: number } | null;
  readonly threshold: number | null;
  /** The value as a number; the sign is added. */
  readonly label: string;
  /** How long ago the value came, where that is not now. */
  readonly age: string | null;
}

const CENTRE = 50;
/** From lower left over the top to lower right. */
const START = (-210 * Math.PI) / 180;
const SWEEP = (240 * Math.PI) / 180;

export function Gauge({ value, peak, threshold, label, age }: GaugeProps) {
  return (
    <svg class="gauge" viewBox="0 0 100 84" aria-hidden="true">
      <path class="gauge-track" d={arc(38, 0, 100)} />
      <path class={age === null ? "gauge-level" : "gauge-level gauge-old"} d={arc(38, 0, value)} />
      {peak && (
        <>
          <path class="gauge-band" d={arc(46.5, peak.lower, peak.upper)} />
          <path class="gauge-peak" d={tick(44, 49, peak.median)} />
        </>
      )}
      {threshold !== null && <path class="gauge-threshold" d={tick(33.5, 43.5, threshold)} />}
      <text class="gauge-value" x={CENTRE} y="56">
        {label}
        <tspan class="gauge-unit"> %</tspan>
      </text>
      <text class="gauge-name" x={CENTRE} y="71">
        {age ?? "now"}
      </text>
    </svg>
  );
}

function point(radius: number, percent: number): string {
  const angle = START + (SWEEP * Math.min(100, Math.max(0, percent))) / 100;
  return `${(CENTRE + radius * Math.cos(angle)).toFixed(2)} ${(CENTRE + radius * Math.sin(angle)).toFixed(2)}`;
}

function arc(radius: number, from: number, to: number): string {
  // A band without width would vanish.
  const end = Math.max(to, from + 0.8);
  const large = ((end - from) / 100) * SWEEP > Math.PI ? 1 : 0;
  return `M${point(radius, from)}A${radius} ${radius} 0 ${large} 1 ${point(radius, end)}`;
}

function tick(inner: number, outer: number, percent: number): string {
  return `M${point(inner, percent)}L${point(outer, percent)}`;
}
