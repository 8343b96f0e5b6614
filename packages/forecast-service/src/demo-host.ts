import type { MetricStore, SeriesInfo } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import type { Sampler } from "./collector.js";
import { DEMO_HISTORY, DEMO_HOST, demoBatches } from "./demo.js";

/** Whether a series is the demo host's. A real host of that name is not: it is not marked synthetic. */
export function isDemo(series: Pick<SeriesInfo, "host" | "synthetic">): boolean {
  return series.synthetic && series.host === DEMO_HOST;
}

/**
 * Gives an empty store the demo host's history up to now. A store that holds anything else is left alone; one that holds the demo host gets
 * what was missed while the service was off.
 *
 * @returns the sampler that goes on with it, or null when this store has no demo host
 */
export async function openDemoHost(store: MetricStore, clock: Clock): Promise<Sampler | null> {
  const known = await store.listSeries();
  const demo = known.filter(isDemo);
  if (known.length > 0 && demo.length === 0) return null;
  const now = clock.now();
  let until = demo.reduce((last, series) => Math.max(last, series.last ?? 0), now - DEMO_HISTORY - 1) + 1;
  const next = () => {
    const range = { from: until, to: clock.now() + 1 };
    return { range, batches: range.to > range.from ? demoBatches(range) : [] };
  };
  const { range, batches } = next();
  const waiting = batches.filter((batch) => batch.times.length > 0);
  if (waiting.length > 0) await store.writeSamples(waiting);
  await store.flush();
  until = Math.max(until, range.to);
  return {
    name: "demo",
    async sample() {
      const { range, batches } = next();
      until = Math.max(until, range.to);
      return batches;
    },
  };
}
