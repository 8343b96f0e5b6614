import { type Grid, type ResampleOptions, resample } from "../../resample.js";
import type { Samples } from "../../types.js";
import type { Recipe } from "./metric.js";

/** Means of buckets, by the time at which each begins; only of those that have any samples. */
export interface Buckets extends Samples {
  /** How many samples each mean stands on. */
  readonly counts: ArrayLike<number>;
}

/** Recipes in their order, those together that stand side by side and are alike: of counters, which the server cannot average, or not. */
export function alike(recipes: readonly Recipe[]): Recipe[][] {
  const groups: { counts: boolean; recipes: Recipe[] }[] = [];
  for (const recipe of recipes) {
    const counts = recipe.inputs.some(([, { counter }]) => counter);
    const last = groups.at(-1);
    if (last?.counts === counts) last.recipes.push(recipe);
    else groups.push({ counts, recipes: [recipe] });
  }
  return groups.map((group) => group.recipes);
}

/** The recipe that counts what another averages: as many samples as the scarcest of its inputs has. */
export function countsOf({ inputs }: Recipe): Recipe {
  return {
    inputs: inputs.map(([name, input]) => [name, { ...input, combine: "max" }] as const),
    compute: (columns, length) =>
      Float64Array.from({ length }, (_, i) => Math.min(...Object.values(columns).map((column) => column[i]))),
  };
}

/** Samples of each host as bucket means. */
export function averaged(hosts: ReadonlyMap<string, Samples>, stepMillis: number): Map<string, Buckets> {
  return new Map(
    [...hosts].map(([host, samples]): [string, Buckets] => {
      const { times, values, counts } = resample(samples, { stepSeconds: stepMillis / 1000 });
      const filled = (_: number, i: number) => counts[i] > 0;
      return [host, { times: times.filter(filled), values: values.filter(filled), counts: counts.filter(filled) }];
    }),
  );
}

/** Buckets of several alternatives on one grid: the first counts, each further one where those before it begin later or end earlier. */
export function gridOf(alternatives: readonly Buckets[], ends: ResampleOptions): Grid {
  const all = new Map<number, readonly [mean: number, count: number]>();
  let [first, last] = [Infinity, -Infinity];
  for (const { times, values, counts } of alternatives) {
    times.forEach((time, i) => {
      if (time < first || time > last) all.set(time, [values[i], counts[i]]);
    });
    first = Math.min(first, ...times.slice(0, 1));
    last = Math.max(last, ...times.slice(-1));
  }
  const times = [...all.keys()].sort((a, b) => a - b);
  const grid = resample({ times, values: times.map((time) => all.get(time)?.[0] ?? Number.NaN) }, ends);
  grid.times.forEach((time, i) => {
    grid.counts[i] = Number.isNaN(grid.values[i]) ? 0 : (all.get(time)?.[1] ?? 0);
  });
  return grid;
}
