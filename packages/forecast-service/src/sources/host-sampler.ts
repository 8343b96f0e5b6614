import { type HostCollector, hostCollector } from "@loadcast/metrics-io";
import type { Sampler } from "../collector.js";
import type { SourceConfig } from "../config/sources.js";

/** This machine, as long as the configuration has it among the sources, under the name it has there. */
export function hostSampler(entries: () => readonly SourceConfig[]): Sampler {
  let current: { name: string | undefined; collector: HostCollector } | null = null;
  return {
    name: "host",
    async sample() {
      const entry = entries().find((source) => source.kind === "host");
      if (!entry) return [];
      if (current === null || current.name !== entry.host) {
        const collector = hostCollector(entry.host === undefined ? {} : { host: entry.host });
        current = { name: entry.host, collector };
      }
      return current.collector.sample();
    },
  };
}
