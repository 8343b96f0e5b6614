import { Counter, Gauge, Registry } from "prom-client";
import type { SinkState } from "./sinks/sinks.js";
import type { SourceState } from "./sources/follower.js";

type States<S> = readonly S[] | Promise<readonly S[]>;

/** What sources and sinks count, as they are when they are asked for. */
export function dependencyMetrics(sources: () => States<SourceState>, sinks: () => States<SinkState>): Registry {
  const registry = new Registry();
  const registers = [registry];
  /** One sample for each state, under its name. */
  const metric = <S>(
    Kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    label: string,
    states: () => States<S & { name: string }>,
    value: (state: S) => number,
  ) =>
    new Kind({
      name,
      help,
      labelNames: [label],
      registers,
      async collect() {
        const now = await states();
        this.reset();
        for (const state of now) this.inc({ [label]: state.name }, value(state));
      },
    });

  metric<SourceState>(
    Gauge,
    "loadcast_sources_up",
    "Whether the last reading of a source worked.",
    "source",
    sources,
    ({ status }) => (status === "ok" ? 1 : 0),
  );
  metric<SourceState>(
    Counter,
    "loadcast_source_samples_total",
    "Samples of a source that were new.",
    "source",
    sources,
    ({ samples }) => samples,
  );
  metric<SourceState>(
    Counter,
    "loadcast_source_failures_total",
    "Readings of a source that failed.",
    "source",
    sources,
    ({ failures }) => failures,
  );
  metric<SinkState>(
    Gauge,
    "loadcast_write_queue_length",
    "Forecasts that a sink has not taken yet.",
    "sink",
    sinks,
    ({ waiting }) => waiting,
  );
  metric<SinkState>(
    Counter,
    "loadcast_write_delivered_total",
    "Forecasts that a sink has taken.",
    "sink",
    sinks,
    ({ delivered }) => delivered,
  );
  metric<SinkState>(
    Counter,
    "loadcast_write_dropped_total",
    "Forecasts that a sink refused for good, or that there was no room for.",
    "sink",
    sinks,
    ({ dropped }) => dropped,
  );
  return registry;
}
