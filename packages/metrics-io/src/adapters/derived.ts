import { AdapterError } from "../errors.js";
import { compileFormula, type Formula } from "../formula.js";
import { tidySamples } from "../samples.js";
import { checkKey, checkRange, seriesId } from "../series.js";
import type { MetricSource, Samples, SeriesInfo, SeriesKey, TimeRange } from "../types.js";

const NAME = "derived";

/**
 * A source with more metrics than it measures: each formula is a metric of every host that has all the metrics it names.
 *
 *     derivedSource(source, { memory_percent: "100 * (1 - available / total)" })
 *
 * The inputs are joined where their times are equal, as those of one scrape are; a time that one of them lacks is a gap. Everything
 * else passes through to the source, close() included.
 */
export function derivedSource(source: MetricSource, formulas: Readonly<Record<string, string>>): MetricSource {
  let compiled: Promise<ReadonlyMap<string, Formula>> | null = null;
  let closed = false;

  const all = (): Promise<ReadonlyMap<string, Formula>> => {
    if (closed) throw new AdapterError(NAME, "the source is closed; make a new one", { code: "CLOSED" });
    compiled ??= compileAll(formulas);
    return compiled;
  };

  const joined = async (formula: Formula, host: string, range: TimeRange): Promise<Samples> => {
    const inputs = await Promise.all(formula.variables.map((metric) => source.read({ host, metric }, range)));
    const { times, columns } = joinOnTime(inputs);
    const values = formula.evaluate(Object.fromEntries(formula.variables.map((name, i) => [name, columns[i]])));
    return tidySamples(NAME, times, values);
  };

  return {
    name: source.name,

    async open() {
      await all();
      await source.open?.();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      const known = await all();
      const measured = (await source.listSeries()).filter(({ metric }) => !known.has(metric));
      const byId = new Map(measured.map((series) => [series.id, series]));
      const derived: SeriesInfo[] = [];
      for (const host of new Set(measured.map((series) => series.host))) {
        for (const [metric, { variables }] of known) {
          const inputs = variables.map((name) => byId.get(seriesId({ host, metric: name })));
          if (inputs.every((input) => input !== undefined)) {
            const key: SeriesKey = { host, metric };
            derived.push({ ...key, id: seriesId(key), synthetic: inputs.some((input) => input.synthetic) });
          }
        }
      }
      return [...measured, ...derived].sort((a, b) => (a.id < b.id ? -1 : 1));
    },

    async read(key, range) {
      const known = await all();
      checkKey(NAME, key);
      checkRange(NAME, range);
      const formula = known.get(key.metric);
      if (formula === undefined) return source.read(key, range);
      try {
        return await joined(formula, key.host, range);
      } catch (error) {
        if (!(error instanceof AdapterError && error.code === "UNKNOWN_SERIES")) throw error;
        throw new AdapterError(
          source.name,
          `there is no series ${JSON.stringify(seriesId(key))}: its formula needs one that is not there (${error.message})`,
          {
            code: "UNKNOWN_SERIES",
            cause: error,
          },
        );
      }
    },

    async close() {
      closed = true;
      await source.close();
    },
  };
}

async function compileAll(formulas: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, Formula>> {
  const compiled = new Map<string, Formula>();
  for (const [metric, text] of Object.entries(formulas)) {
    checkKey(NAME, { host: "any", metric });
    const formula = await compileFormula(text);
    const nested = formula.variables.find((name) => Object.hasOwn(formulas, name));
    if (nested !== undefined || formula.variables.length === 0) {
      const problem = nested === undefined ? "names no metric" : `names ${nested}, which is a formula itself`;
      throw new AdapterError(NAME, `the formula of ${metric} ${problem}; it must name metrics of the source`, {
        code: "INVALID_ARGUMENT",
      });
    }
    compiled.set(metric, formula);
  }
  return compiled;
}

/** The times that all inputs have, and each input's values there. The inputs are in time order. */
function joinOnTime(inputs: readonly Samples[]): { times: number[]; columns: number[][] } {
  const [first, ...others] = inputs;
  const at = others.map(() => 0);
  const times: number[] = [];
  const columns: number[][] = inputs.map(() => []);
  first.times.forEach((time, i) => {
    const everywhere = others.every((other, k) => {
      while (other.times[at[k]] < time) at[k]++;
      return other.times[at[k]] === time;
    });
    if (!everywhere) return;
    times.push(time);
    columns[0].push(first.values[i]);
    others.forEach((other, k) => {
      columns[k + 1].push(other.values[at[k]]);
    });
  });
  return { times, columns };
}
