import type { MetricSource, Samples, SeriesKey } from "@loadcast/metrics-io";
import type { SeriesState } from "./fleet.js";
import { type TailOptions, tailRange } from "./tail.js";

/** Series that are asked for together: some 3,000 values of the last hour, or 60,000 where samples come every 15 seconds. */
const TOGETHER = 250;

/** A source that has read, for many series at once, what a round is about to ask it for one by one. */
export type ReadAhead = (state: SeriesState) => Promise<Pick<MetricSource, "read">>;

/**
 * Reads the recent samples of a round's series a few hundred at a time, when the first of them is asked for. What was not foreseen (a first read,
 * samples that came meanwhile, a range that moved on) is read from the source as ever.
 *
 * @param options of each series' next reading; null where it is not known yet
 */
export function readAhead(
  source: Pick<MetricSource, "read" | "readMany">,
  states: readonly SeriesState[],
  options: (state: SeriesState) => TailOptions | null,
): ReadAhead {
  const { readMany } = source;
  if (!readMany || states.length < 2) return async () => source;
  const place = new Map(states.map((state, i) => [state.id, Math.floor(i / TOGETHER)]));
  const parts = new Map<number, Promise<Map<string, Found>>>();

  const load = async (part: number): Promise<Map<string, Found>> => {
    const groups = new Map<string, { range: Found["range"]; members: { state: SeriesState; changes: number }[] }>();
    for (const state of states.slice(part * TOGETHER, (part + 1) * TOGETHER)) {
      const next = state.tail && options(state);
      if (!next) continue;
      const range = tailRange(state.tail, next);
      const name = `${range.from} ${range.to}`;
      const group = groups.get(name) ?? { range, members: [] };
      group.members.push({ state, changes: state.changes });
      groups.set(name, group);
    }
    const found = new Map<string, Found>();
    for (const { range, members } of groups.values()) {
      if (members.length < 2) continue;
      const all = await readMany(
        members.map(({ state }) => state),
        range,
      );
      members.forEach(({ state, changes }, i) => {
        found.set(state.id, { range, changes, samples: all[i] });
      });
    }
    return found;
  };

  return async (state) => {
    const part = place.get(state.id);
    if (part === undefined) return source;
    let loading = parts.get(part);
    if (loading === undefined) {
      // Those of parts that are done with are let go. One that fails is read one by one, and says there what is wrong.
      for (const earlier of parts.keys()) if (earlier < part - 1) parts.delete(earlier);
      loading = load(part).catch(() => new Map());
      parts.set(part, loading);
    }
    const found = (await loading).get(state.id);
    if (!found || found.changes !== state.changes) return source;
    const { range, samples } = found;
    return {
      read: async (key: SeriesKey, asked) =>
        asked.from === range.from && asked.to === range.to ? samples : source.read(key, asked),
    };
  };
}

interface Found {
  readonly range: { readonly from: number; readonly to: number };
  /** `changes` of the series before it was read. */
  readonly changes: number;
  readonly samples: Samples;
}
