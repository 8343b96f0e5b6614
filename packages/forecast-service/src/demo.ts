import type { SampleBatch } from "@loadcast/metrics-io";

/** The host whose history is made here. Everything of it is marked synthetic. */
export const DEMO_HOST = "demo";
export const DEMO_STEP = 300_000;
export const DEMO_HISTORY = 14 * 86_400_000;

const DAY = 86_400_000;
const HOUR = 3_600_000;

interface Shape {
  readonly metric: string;
  readonly seed: number;
  readonly base: number;
  /** Half the height of the daily rhythm, and when its peak is, as part of a day in UTC. */
  readonly daily: number;
  readonly peak: number;
  /** Height of the hourly job: it starts on the hour and fades. */
  readonly hourly: number;
  readonly weekend: number;
  readonly noise: number;
  /** Correlation of the noise from one step to the next. */
  readonly phi: number;
  readonly spike: number;
}

const SHAPES: readonly Shape[] = [
  {
    metric: "cpu_percent",
    seed: 11,
    base: 34,
    daily: 15,
    peak: 0.58,
    hourly: 11,
    weekend: 9,
    noise: 2.2,
    phi: 0.62,
    spike: 32,
  },
  {
    metric: "memory_percent",
    seed: 23,
    base: 57,
    daily: 7,
    peak: 0.66,
    hourly: 2.5,
    weekend: 3,
    noise: 0.55,
    phi: 0.93,
    spike: 9,
  },
];

/** About one step in 190 begins a spike, and one in 650 a gap of up to five steps: a few of each in 14 days. */
const SPIKE_RATE = 1 / 190;
const GAP_RATE = 1 / 650;
const LONGEST_GAP = 5;
/** Noise is a moving average over this many hashed shocks, so that any moment can be computed by itself. */
const MEMORY = 64;

/**
 * The demo host's samples with from ≤ time < to, one each 5 minutes. Every value depends on the seed and its own time only: asking again,
 * in other pieces, or after a restart gives the same numbers.
 */
export function demoBatches(range: { from: number; to: number }): SampleBatch[] {
  const first = Math.ceil(range.from / DEMO_STEP);
  const end = Math.ceil(range.to / DEMO_STEP);
  return SHAPES.map((shape) => {
    const times: number[] = [];
    const values: number[] = [];
    for (let step = first; step < end; step++) {
      if (isGap(shape, step)) continue;
      times.push(step * DEMO_STEP);
      values.push(valueAt(shape, step));
    }
    return { host: DEMO_HOST, metric: shape.metric, synthetic: true, times, values };
  });
}

function valueAt(shape: Shape, step: number): number {
  const time = step * DEMO_STEP;
  const day = (time % DAY) / DAY;
  const hour = (time % HOUR) / HOUR;
  const weekday = (Math.floor(time / DAY) + 4) % 7; // 1 January 1970 was a Thursday; 0 is Sunday
  const angle = 2 * Math.PI * (day - shape.peak);
  let value = shape.base + shape.daily * (Math.cos(angle) + 0.25 * Math.cos(2 * angle));
  value += shape.hourly * (Math.exp(-hour * 6) - 0.25);
  if (weekday === 0 || weekday === 6) value -= shape.weekend;
  value += noiseAt(shape, step);
  for (let age = 0; age < 3; age++) {
    if (random(shape.seed, step - age, 1) < SPIKE_RATE) {
      value += shape.spike * (0.5 + 0.5 * random(shape.seed, step - age, 2)) * 0.4 ** age;
    }
  }
  return Math.round(Math.min(99.5, Math.max(0.5, value)) * 100) / 100;
}

function noiseAt(shape: Shape, step: number): number {
  let sum = 0;
  let weight = 1;
  for (let lag = 0; lag < MEMORY; lag++) {
    sum += weight * gaussian(shape.seed, step - lag);
    weight *= shape.phi;
  }
  return shape.noise * sum;
}

function isGap(shape: Shape, step: number): boolean {
  for (let age = 0; age < LONGEST_GAP; age++) {
    const length = 1 + Math.floor(LONGEST_GAP * random(shape.seed, step - age, 4));
    if (age < length && random(shape.seed, step - age, 3) < GAP_RATE) return true;
  }
  return false;
}

/** Box & Muller (1958), from two hashed uniforms. */
function gaussian(seed: number, step: number): number {
  const u = random(seed, step, 5) || Number.MIN_VALUE;
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random(seed, step, 6));
}

/** Uniform in [0, 1) from (seed, step, stream): the finaliser of MurmurHash3 (Appleby 2011) over each word. */
function random(seed: number, step: number, stream: number): number {
  let h = mix(Math.imul(seed, 0x9e3779b1) ^ stream);
  h = mix(h ^ (step | 0));
  h = mix(h ^ Math.floor(step / 2 ** 32));
  return (h >>> 0) / 2 ** 32;
}

function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}
