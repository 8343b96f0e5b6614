import type { MetricSink, MetricStore, ModelRegistry } from "@loadcast/metrics-io";
import { backtestTask } from "./backtest-task.js";
import { type Catalogue, createCatalogue } from "./catalogue.js";
import { createChampions } from "./champion.js";
import type { Clock } from "./clock.js";
import { createCollector, createIntake, type Intake, type Sampler } from "./collector.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { type Cycle, createCycle } from "./cycle.js";
import { isDemo, openDemoHost } from "./demo-host.js";
import { describeError } from "./errors.js";
import { createEventBus, type EventBus } from "./events.js";
import type { Executor } from "./executor/executor.js";
import { createFleet, type Fleet, type SeriesState } from "./fleet.js";
import type { HealthResponse } from "./http/contract.js";
import { createInference } from "./inference.js";
import { createLibrary } from "./library.js";
import type { Log } from "./log.js";
import { createMetrics, type ServiceMetrics } from "./metrics.js";
import { createMonitor } from "./monitor-answers.js";
import { createOverview } from "./overview.js";
import { writer } from "./pipeline/write.js";
import type { ModelLibrary, Monitor, Overview, Tasks } from "./questions.js";
import { TIDY, type Tidied, tidy } from "./retention.js";
import { createScheduler, nextStart, type Rhythm, type Scheduler } from "./scheduler.js";
import { stepTimes } from "./step-times.js";
import { systemReport } from "./system-report.js";
import { createTasks } from "./tasks.js";
import { createTrainer } from "./training.js";
import { createUpkeep } from "./upkeep.js";

export interface ServiceDependencies {
  config: Config;
  store: MetricStore;
  registry: ModelRegistry;
  executor: Executor;
  /** What is read every few seconds, the demo host aside. */
  samplers: readonly Sampler[];
  /** Where forecasts go beside the store. */
  sinks?: readonly MetricSink[];
  /** Sources that cannot be read now, with the reason. */
  trouble?: () => readonly string[];
  clock: Clock;
  log: Log;
}

/** Everything that runs behind the HTTP routes. It owns what it was given: `stop` closes executor, sinks, registry and store. */
export interface Service {
  readonly config: Config;
  readonly executor: Executor;
  readonly fleet: Fleet;
  readonly cycle: Cycle;
  readonly catalogue: Catalogue;
  readonly scheduler: Scheduler;
  readonly events: EventBus;
  /** Where samples of other sources come in. */
  readonly intake: Intake;
  readonly library: ModelLibrary;
  readonly monitor: Monitor;
  readonly tasks: Tasks;
  readonly overview: Overview;
  readonly metrics: ServiceMetrics;
  health(): Promise<HealthResponse>;
  /** Reads and stores one sample of everything that is watched. */
  collect(signal: AbortSignal): Promise<void>;
  /** Lets go of what `retention` says, as it does every hour. */
  tidy(signal: AbortSignal): Promise<Tidied>;
  /** `config.intervals` changed: the next starts follow it. */
  retime(): void;
  /** Begins to collect, infer and train. */
  start(): void;
  /** Ends all work, writes what is still in memory and closes the store. Calling it again waits for the same end. */
  stop(): Promise<void>;
}

/** A bucket's last sample is written a moment after the bucket ends; forecasts are made this much later. */
const INFER_OFFSET = 2000;
/** Not together with the forecasts of the full hour. */
const TRAIN_OFFSET = 60_000;
/** Drift that a round found is answered within a minute. */
const UPKEEP = 60_000;
const UPKEEP_OFFSET = 30_000;

/** When the jobs start whose intervals are settings. */
function rhythms({ collect, infer, train }: Config["intervals"]): Record<keyof Config["intervals"], Rhythm> {
  return {
    collect: { every: collect },
    infer: { every: infer, offset: INFER_OFFSET % infer },
    train: { every: train, offset: TRAIN_OFFSET % train },
  };
}

/** Puts the service together. Nothing runs yet, but an empty store has its demo host when this returns. */
export async function createService(dependencies: ServiceDependencies): Promise<Service> {
  const { config, store, registry, executor, clock, log, sinks = [] } = dependencies;
  const startedAt = clock.now();
  const demo = config.demo ? await openDemoHost(store, clock) : null;
  const events = createEventBus();
  const steps = stepTimes();
  const fleet = createFleet({
    store,
    clock,
    hidden: (series) => (!config.demo && isDemo(series)) || seriesSettings(config, series).ignore,
  });
  const champions = createChampions(registry);
  const metrics = createMetrics();
  const shared = { store, champions, executor, events, fleet, clock, log, steps, metrics, config };
  const train = createTrainer({ ...shared, registry });
  const inference = createInference({ ...shared, train, write: writer({ store, sinks, log }) });
  const cycle = createCycle({
    fleet,
    inference,
    train,
    executor,
    clock,
    log,
    flush: () => store.flush(),
    championVersions: champions.versions,
  });
  const intake = createIntake({ store, events, onStored: fleet.note });
  const collector = createCollector({
    intake,
    samplers: demo ? [...dependencies.samplers, demo] : dependencies.samplers,
    log,
  });
  const collect = async (signal: AbortSignal) => {
    await collector.collect(signal);
    await cycle.inferLate(signal);
  };

  const tidyUp = async (signal: AbortSignal) => {
    const tidied = await tidy(store, registry, config.retention, clock.now(), signal);
    if (tidied.series.length > 0) {
      for (const id of tidied.series) {
        champions.forget(id);
        const state = fleet.get(id);
        if (state) metrics.forget(state);
      }
      log.info(`${tidied.series.length} series are forgotten: retention has let their last values go`);
      await fleet.refresh();
    }
    return tidied;
  };
  const atStart = rhythms(config.intervals);
  const scheduler = createScheduler({
    clock,
    log,
    jobs: [
      { name: "collect", ...atStart.collect, atStart: true, run: collect },
      { name: "infer", ...atStart.infer, atStart: true, run: async (signal) => void (await cycle.inferAll(signal)) },
      {
        name: "train",
        ...atStart.train,
        run: async (signal) => void (await cycle.trainAll(signal)),
      },
      {
        name: "retention",
        ...TIDY,
        run: async (signal) => void (await tidyUp(signal)),
      },
      {
        name: "monitor",
        every: UPKEEP,
        offset: UPKEEP_OFFSET,
        run: createUpkeep({ store, registry, fleet, train, clock, log, config }),
      },
    ],
  });
  const catalogue = createCatalogue({
    store,
    fleet,
    inference,
    clock,
    nextRun: () => scheduler.state("infer").nextRun,
    firstRunAfter: (time) => nextStart(rhythms(config.intervals).infer, time, time - 1),
    forecasting: () => scheduler.state("infer").running,
    unfit: () => executor.trouble?.() ?? null,
    ...(dependencies.trouble ? { trouble: dependencies.trouble } : {}),
  });
  metrics.watch({ fleet, catalogue, scheduler, clock });
  const library = createLibrary({
    registry,
    executor,
    events,
    async championChanged(series) {
      champions.forget(series);
      const state = fleet.get(series);
      if (!state) return;
      state.champion = undefined;
      fleet.changed();
    },
  });
  const tasks = createTasks({
    work: {
      train: async (series, options) => {
        const { modelVersion, gate } = await cycle.train({ id: series }, options);
        return { modelVersion, gate };
      },
      backtest: backtestTask({ store, find: catalogue.find, executor, clock, config }),
    },
    check: catalogue.find,
    events,
    clock,
    log,
  });
  const system = systemReport({ startedAt, clock, scheduler, steps, executor, catalogue });
  const limitOf = (series: SeriesState) => seriesSettings(config, series).threshold;
  const overview = createOverview({ fleet, catalogue, clock, system, limitOf });

  let stopped: Promise<void> | null = null;
  return {
    config,
    executor,
    fleet,
    cycle,
    catalogue,
    scheduler,
    events,
    intake,
    library,
    monitor: createMonitor({ store, find: catalogue.find, clock, config }),
    tasks,
    overview,
    metrics,
    collect,
    tidy: tidyUp,
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
      // Optional, or those who wait for the service before they start its workers would wait for ever.
      const trouble = executor.trouble?.() ?? null;
      const executorPart = trouble === null ? [] : [{ ...failed("executor", trouble), optional: true }];
      const parts = [
        failed("store", storeError),
        ...executorPart,
        ...scheduler.jobs().map((job) => failed(job.name, job.lastError)),
      ];
      return { status: parts.every((part) => part.status === "ok") ? "ok" : "degraded", dependencies: parts };
    },
    retime() {
      for (const [name, rhythm] of Object.entries(rhythms(config.intervals))) scheduler.retime(name, rhythm);
    },
    start: () => scheduler.start(),
    stop() {
      stopped ??= (async () => {
        // Closing the executor first ends a fit that is under way; the scheduler then has nothing to wait for.
        await Promise.all([scheduler.stop(), tasks.stop(), executor.close()]);
        try {
          await collector.drain();
          await store.flush();
        } finally {
          // Also where the disk takes nothing more: what stays open would keep the process from ending.
          await Promise.allSettled(sinks.map((sink) => sink.close()));
          await registry.close();
          await store.close();
        }
      })();
      return stopped;
    },
  };
}
