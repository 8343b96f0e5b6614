import { type MetricStore, type SampleBatch, seriesId } from "@loadcast/metrics-io";
import { describeError } from "./errors.js";
import type { EventBus } from "./events.js";
import type { Log } from "./log.js";

/** Reads something now: this machine, or the demo host. */
export interface Sampler {
  readonly name: string;
  sample(signal: AbortSignal): Promise<readonly SampleBatch[]>;
}

/** The one way that samples come in: they are stored, safe from a kill, and then everyone who has to know is told. */
export interface Intake {
  store(batches: readonly SampleBatch[]): Promise<void>;
}

/** @param onStored is told of every batch after it was stored, before the event is published */
export function createIntake(options: {
  store: Pick<MetricStore, "writeSamples" | "flush">;
  events: EventBus;
  onStored?: (batches: readonly SampleBatch[]) => void;
}): Intake {
  const { store, events, onStored } = options;
  return {
    async store(batches) {
      if (batches.length === 0) return;
      await store.writeSamples(batches);
      await store.flush();
      onStored?.(batches);
      events.publish({ type: "samples", series: [...new Set(batches.map(seriesId))] });
    },
  };
}

export interface Collector {
  /** Reads every sampler once and stores what they gave. */
  collect(signal: AbortSignal): Promise<void>;
  /** Batches that are read but not stored yet. */
  pending(): number;
  /** Tries once more to store them. */
  drain(): Promise<void>;
}

/** A store that is away for long may cost old samples, never the memory of the machine: 6 h of two samplers at 15 s. */
const MAX_PENDING = 5760;

/**
 * Moves samples from samplers to the store. A sampler that fails does not keep the others from being stored, and samples that could not be
 * written are written next time.
 */
export function createCollector(options: { intake: Intake; samplers: readonly Sampler[]; log: Log }): Collector {
  const { intake, samplers, log } = options;
  let pending: SampleBatch[] = [];
  let dropped = 0;
  const write = async () => {
    const writing = new Set(pending);
    await intake.store([...writing]);
    pending = pending.filter((batch) => !writing.has(batch));
  };
  return {
    pending: () => pending.length,
    drain: write,
    async collect(signal) {
      const readings = await Promise.allSettled(samplers.map((sampler) => sampler.sample(signal)));
      const failures: string[] = [];
      readings.forEach((reading, i) => {
        if (reading.status === "rejected") failures.push(`${samplers[i].name}: ${describeError(reading.reason)}`);
        else pending.push(...reading.value.filter((batch) => batch.times.length > 0));
      });
      if (pending.length > MAX_PENDING) {
        dropped += pending.length - MAX_PENDING;
        pending = pending.slice(-MAX_PENDING);
        log.debug(`${dropped} batches were dropped while the store did not take any`);
      }
      await write();
      if (failures.length > 0) throw new Error(failures.join("; "));
    },
  };
}
