import type { MetricStore } from "@loadcast/metrics-io";
import { type Catalogue, createCatalogue } from "./catalogue.js";
import type { Clock } from "./clock.js";
import { createCollector, createIntake, type Intake, type Sampler } from "./collector.js";
import type { Config } from "./config.js";
import { type Cycle, createCycle } from "./cycle.js";
import { isDemo, openDemoHost } from "./demo-host.js";
import { describeError } from "./errors.js";
import { createEventBus, type EventBus } from "./events.js";
import type { Executor } from "./executor/executor.js";
import type { HealthResponse } from "./http/contract.js";
import type { Log } from "./log.js";
import type { ModelShelf } from "./models.js";
import { createScheduler, nextStart, type Scheduler } from "./scheduler.js";

export interface ServiceDependencies {
  config: Config;
  store: MetricStore;
  models: ModelShelf;
  executor: Executor;
  /** What is read every few seconds, the demo host aside. */
  samplers: readonly Sampler[];
  clock: Clock;
  log: Log;
}

/** Everything that runs behind the HTTP routes. It owns what it was given: `stop` closes the executor and the store. */
export interface Service {
  readonly config: Config;
  readonly executor: Executor;
  readonly cycle: Cycle;
  readonly catalogue: Catalogue;
  readonly scheduler: Scheduler;
  readonly events: EventBus;
  /** Where samples of other sources come in. */
  readonly intake: Intake;
  health(): Promise<HealthResponse>;
  /** Reads and stores one sample of everything that is watched. */
  collect(signal: AbortSignal): Promise<void>;
  /** Begins to collect, infer and train. */
  start(): void;
  /** Ends all work, writes what is still in memory and closes the store. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** A bucket's last sample is written a moment after the bucket ends; forecasts are made this much later. */
const INFER_OFFSET = 2000;
/** Not together with the forecasts of the full hour. */
const TRAIN_OFFSET = 60_000;

/** Puts the service together. Nothing runs yet, but an empty store has its demo host when this returns. */
export async function createService(dependencies: ServiceDependencies): Promise<Service> {
  const { config, store, models, executor, clock, log } = dependencies;
  const demo = config.demo ? await openDemoHost(store, clock) : null;
  const events = createEventBus();
  const cycle = createCycle({
    store,
    events,
    models,
    executor,
    clock,
    log,
    history: config.training.history,
    hidden: (series) => !config.demo && isDemo(series),
  });
  const intake = createIntake({ store, events });
  const collector = createCollector({
    intake,
    samplers: demo ? [...dependencies.samplers, demo] : dependencies.samplers,
    log,
  });

  const { collect, infer, train } = config.intervals;
  const inferAt = { every: infer, offset: INFER_OFFSET % infer };
  const scheduler = createScheduler({
    clock,
    log,
    jobs: [
      { name: "collect", every: collect, atStart: true, run: collector.collect },
      { name: "infer", ...inferAt, atStart: true, run: async (signal) => void (await cycle.inferAll(signal)) },
      {
        name: "train",
        every: train,
        offset: TRAIN_OFFSET % train,
        run: async (signal) => void (await cycle.trainAll(signal)),
      },
    ],
  });
  const catalogue = createCatalogue({
    store,
    cycle,
    clock,
    nextRun: () => scheduler.state("infer").nextRun,
    firstRunAfter: (time) => nextStart(inferAt, time, time - 1),
    forecasting: () => scheduler.state("infer").running,
  });

  let stopped: Promise<void> | null = null;
  return {
    config,
    executor,
    cycle,
    catalogue,
    scheduler,
    events,
    intake,
    collect: collector.collect,
    async health() {
      const storeError = await store.listSeries().then(
        () => null,
        (error: unknown) => describeError(error),
      );
      const failed = (name: string, detail: string | null) => ({
        name,
        status: detail === null ? ("ok" as const) : ("failed" as const),
        ...(detail === null ? {} : { detail }),
      });
      const parts = [failed("store", storeError), ...scheduler.jobs().map((job) => failed(job.name, job.lastError))];
      return { status: parts.every((part) => part.status === "ok") ? "ok" : "degraded", dependencies: parts };
    },
    start: () => scheduler.start(),
    stop() {
      stopped ??= (async () => {
        // Closing the executor first ends a fit that is under way; the scheduler then has nothing to wait for.
        await Promise.all([scheduler.stop(), executor.close()]);
        await collector.drain();
        await store.flush();
        await store.close();
      })();
      return stopped;
    },
  };
}
