import type { Samples } from "./types.js";

/** Two columns of numbers that grow: 16 bytes a sample, where arrays of pairs take 100. */
export interface Columns {
  readonly length: number;
  push(time: number, value: number): void;
  append(samples: Samples): void;
  /** What is held, as views that later growth may leave behind. */
  samples(): Samples;
}

const FIRST_CAPACITY = 64;

export function growingColumns(): Columns {
  let times = new Float64Array(FIRST_CAPACITY);
  let values = new Float64Array(FIRST_CAPACITY);
  let length = 0;

  const reserve = (wanted: number) => {
    if (wanted <= times.length) return;
    const capacity = Math.max(wanted, times.length * 2);
    const [moreTimes, moreValues] = [new Float64Array(capacity), new Float64Array(capacity)];
    moreTimes.set(times.subarray(0, length));
    moreValues.set(values.subarray(0, length));
    times = moreTimes;
    values = moreValues;
  };

  return {
    get length() {
      return length;
    },
    push(time, value) {
      if (length === times.length) reserve(length + 1);
      times[length] = time;
      values[length] = value;
      length++;
    },
    append(samples) {
      reserve(length + samples.times.length);
      times.set(samples.times, length);
      values.set(samples.values, length);
      length += samples.times.length;
    },
    samples: () => ({ times: times.subarray(0, length), values: values.subarray(0, length) }),
  };
}
