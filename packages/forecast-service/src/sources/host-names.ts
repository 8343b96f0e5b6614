import type { Samples } from "@loadcast/metrics-io";
import { fits } from "../config/pattern.js";
import type { Reading } from "./fresh.js";

/** What hosts are called here, and which of them are wanted. */
export interface HostNames {
  /** Names in the source and names here. */
  readonly rename: Readonly<Record<string, string>>;
  /** Patterns of names here. */
  readonly hosts: readonly string[];
}

/**
 * Readings under the names they have here; hosts that are not wanted, or that no series can be named by, are left out. Where two names of a
 * source are one host here (it was renamed while the range went on), their samples are put together.
 */
export function named(readings: readonly Reading[], { rename, hosts }: HostNames): Reading[] {
  const byHost = new Map<string, Reading>();
  for (const reading of readings) {
    const host = Object.hasOwn(rename, reading.host) ? rename[reading.host] : reading.host;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
    if (host === "" || /[\u0000-\u001f\u007f]/.test(host) || !fits(hosts, host)) continue;
    const other = byHost.get(host);
    byHost.set(host, { ...(other ? together(other, reading) : reading), host, metric: reading.metric });
  }
  return [...byHost.values()];
}

/** Both in time order; of two samples of one time the later reading's counts. */
function together(a: Samples, b: Samples): Samples {
  const all = new Map<number, number>();
  for (const { times, values } of [a, b]) {
    for (let i = 0; i < times.length; i++) all.set(times[i], values[i]);
  }
  const times = Float64Array.from(all.keys()).sort();
  return { times, values: times.map((time) => all.get(time) as number) };
}
