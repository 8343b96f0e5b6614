import { type Columns, growingColumns } from "../../columns.js";
import { AdapterError } from "../../errors.js";
import { sliceSamples, tidySamples } from "../../samples.js";
import type { Samples, TimeRange } from "../../types.js";
import type { FluxTable } from "./annotated-csv.js";
import { NAME } from "./connection.js";
import type { InfluxdbField, Recipe } from "./metric.js";

/** Puts the tables of one page after the other together to one series for each host. */
export interface Collector {
  /** The tables of the next page; pages come in order of time. */
  add(tables: readonly FluxTable[]): void;
  /** The samples of each host within the range; hosts without any are left out. */
  finish(range: TimeRange): Map<string, Samples>;
}

/** One input of one host. */
interface Input {
  readonly columns: Columns;
  /** The last reading of each counter, which the next page's first rate stands on. */
  readonly readings: Map<string, { time: number; value: number }>;
}

/**
 * Steps, for each alternative of a metric and each host: readings of counters become rates, series of one input are combined, inputs
 * are joined where their times are equal, the formula is applied, alternatives are laid after one another.
 */
export function collector(recipes: readonly Recipe[], hostTag: string, maxGapMillis: number): Collector {
  const inputs = recipes.map((recipe) => recipe.inputs.map(() => new Map<string, Input>()));

  const addTo = (hosts: Map<string, Input>, field: InfluxdbField, tables: readonly FluxTable[]) => {
    const found = new Map<string, FluxTable[]>();
    for (const table of tables) {
      if (!fits(table, field)) continue;
      const host = table.labels[hostTag];
      const list = found.get(host);
      if (list === undefined) found.set(host, [table]);
      else list.push(table);
    }
    for (const [host, list] of found) {
      let input = hosts.get(host);
      if (input === undefined) {
        input = { columns: growingColumns(), readings: new Map() };
        hosts.set(host, input);
      }
      const { columns, readings } = input;
      const series = list.map((table) => (field.counter ? rates(table, readings, maxGapMillis) : table));
      columns.append(combine(series, field, () => ambiguous(host, list)));
    }
  };

  return {
    add(tables) {
      recipes.forEach((recipe, r) => {
        recipe.inputs.forEach(([, field], i) => {
          addTo(inputs[r][i], field, tables);
        });
      });
    },

    finish(range) {
      const hosts = new Set(inputs.flatMap((each) => each.flatMap((byHost) => [...byHost.keys()])));
      const result = new Map<string, Samples>();
      for (const host of [...hosts].sort()) {
        const parts = recipes.flatMap((recipe, r) => {
          const columns = inputs[r].map((byHost) => byHost.get(host)?.columns.samples());
          return columns.every((column) => column !== undefined) ? [evaluate(recipe, columns)] : [];
        });
        const all = sliceSamples(inTurn(parts), range);
        if (all.times.length > 0) result.set(host, all);
      }
      return result;
    },
  };
}

function fits({ labels }: FluxTable, { measurement, field, tags = {} }: InfluxdbField): boolean {
  const oneOf = (values: string | readonly string[], value: string | undefined) =>
    [values].flat().includes(value ?? "");
  return (
    labels._measurement === measurement &&
    oneOf(field, labels._field) &&
    Object.entries(tags).every(([tag, values]) => oneOf(values, labels[tag]))
  );
}

/**
 * Rates per second between each reading and the one before, stamped with the later time, as derivative(unit: 1s, nonNegative: true) of
 * Flux gives them: none where the counter fell, because after a restart nobody knows what it had counted before. None either where
 * the readings are further apart than the limit.
 */
function rates(
  table: FluxTable,
  readings: Map<string, { time: number; value: number }>,
  maxGapMillis: number,
): Samples {
  const key = JSON.stringify(table.labels);
  const out = growingColumns();
  let last = readings.get(key);
  const { times, values } = table;
  for (let i = 0; i < times.length; i++) {
    const time = times[i];
    const value = values[i];
    if (Number.isNaN(value)) continue;
    if (last !== undefined) {
      const elapsed = time - last.time;
      if (elapsed <= 0) continue; // a second reading within the same millisecond
      if (value >= last.value && elapsed <= maxGapMillis) out.push(time, ((value - last.value) * 1000) / elapsed);
      last.time = time;
      last.value = value;
    } else last = { time, value };
  }
  if (last !== undefined) readings.set(key, last);
  return out.samples();
}

const OPERATIONS = {
  sum: (a: number, b: number) => a + b,
  mean: (a: number, b: number) => a + b,
  min: Math.min,
  max: Math.max,
};

/** Several series of one host → one, at every time that any of them has. `refuse` where two have a time and nobody said what to do. */
function combine(series: readonly Samples[], { combine: how }: InfluxdbField, refuse: () => AdapterError): Samples {
  const filled = series.filter(({ times }) => times.length > 0);
  if (filled.length === 0) return { times: new Float64Array(0), values: new Float64Array(0) };
  if (filled.length === 1) return filled[0];
  const operation = OPERATIONS[how ?? "mean"];
  const { times, values, counts } = together(filled, operation);
  if (how === undefined && counts.some((count) => count > 1)) throw refuse();
  if (how === "mean") for (let i = 0; i < values.length; i++) values[i] /= counts[i];
  return { times, values };
}

/** Samples of all series in order of time, those of one time brought together by the operation; counts says how many there were. */
function together(
  series: readonly Samples[],
  operation: (a: number, b: number) => number,
): Samples & { counts: Uint32Array } {
  const [first, ...others] = series;
  const n = first.times.length;
  // The usual case: all were read at the same moments.
  if (others.every(({ times }) => times.length === n && times.every((time, i) => time === first.times[i]))) {
    const values = first.values.slice();
    for (const other of others) for (let i = 0; i < n; i++) values[i] = operation(values[i], other.values[i]);
    return { times: first.times.slice(), values, counts: new Uint32Array(n).fill(series.length) };
  }
  const allTimes = series.flatMap(({ times }) => [...times]);
  const allValues = series.flatMap(({ values }) => [...values]);
  const index = Uint32Array.from(allTimes, (_, i) => i).sort((a, b) => allTimes[a] - allTimes[b] || a - b);
  const times: number[] = [];
  const values: number[] = [];
  const counts: number[] = [];
  for (const i of index) {
    const last = times.length - 1;
    if (last >= 0 && times[last] === allTimes[i]) {
      values[last] = operation(values[last], allValues[i]);
      counts[last]++;
    } else {
      times.push(allTimes[i]);
      values.push(allValues[i]);
      counts.push(1);
    }
  }
  return { times: Float64Array.from(times), values: Float64Array.from(values), counts: Uint32Array.from(counts) };
}

/** The formula of a recipe at the times that all of its inputs have. */
function evaluate({ inputs, compute }: Recipe, columns: readonly Samples[]): Samples {
  const tidy = columns.map(({ times, values }) => tidySamples(NAME, times, values));
  const { times, values } = joined(tidy);
  const result = compute(Object.fromEntries(inputs.map(([name], i) => [name, values[i]])), times.length);
  // A quotient by zero is a gap, never an Infinity.
  for (let i = 0; i < result.length; i++) if (!Number.isFinite(result[i])) result[i] = Number.NaN;
  return tidySamples(NAME, times, result);
}

function joined(columns: readonly Samples[]): { times: Float64Array; values: Float64Array[] } {
  const [first, ...others] = columns;
  const times = new Float64Array(first.times.length);
  const values = columns.map(() => new Float64Array(times.length));
  const at = others.map(() => 0);
  let n = 0;
  for (let i = 0; i < times.length; i++) {
    const time = first.times[i];
    let everywhere = true;
    for (let k = 0; k < others.length; k++) {
      const other = others[k].times;
      while (at[k] < other.length && other[at[k]] < time) at[k]++;
      if (other[at[k]] !== time) everywhere = false;
    }
    if (!everywhere) continue;
    times[n] = time;
    values[0][n] = first.values[i];
    for (let k = 0; k < others.length; k++) values[k + 1][n] = others[k].values[at[k]];
    n++;
  }
  return { times: times.slice(0, n), values: values.map((column) => column.slice(0, n)) };
}

/** The first alternative; each further one adds what it has before the beginning and after the end of those before it. */
function inTurn(parts: readonly Samples[]): Samples {
  let all: Samples = { times: new Float64Array(0), values: new Float64Array(0) };
  for (const part of parts) {
    if (all.times.length === 0) {
      all = part;
      continue;
    }
    const before = sliceSamples(part, { from: -Infinity, to: all.times[0] });
    const after = sliceSamples(part, { from: all.times[all.times.length - 1] + 1, to: Infinity });
    const columns = growingColumns();
    for (const each of [before, all, after]) columns.append(each);
    all = columns.samples();
  }
  return all;
}

function ambiguous(host: string, tables: readonly FluxTable[]): AdapterError {
  const [first] = tables;
  const names = [...new Set(tables.flatMap(({ labels }) => Object.keys(labels)))];
  const differing = names.filter((name) => tables.some(({ labels }) => labels[name] !== first.labels[name]));
  return new AdapterError(
    NAME,
    `${first.labels._measurement} ${first.labels._field} has several series for ${host} that differ in ${differing.join(", ")}; name one by tags, or set combine`,
    { code: "INVALID_ARGUMENT" },
  );
}
