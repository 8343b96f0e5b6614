import type { Catalogue } from "./catalogue.js";
import type { Clock } from "./clock.js";
import type { Executor } from "./executor/executor.js";
import type { SystemResponse } from "./http/contract.js";
import { VERSION } from "./package-files.js";
import type { Scheduler } from "./scheduler.js";
import type { StepTimes } from "./step-times.js";

/** What the service says of itself. */
export function systemReport(options: {
  startedAt: number;
  clock: Clock;
  scheduler: Scheduler;
  steps: StepTimes;
  executor: Executor;
  catalogue: Pick<Catalogue, "all" | "describe">;
}): () => Promise<SystemResponse> {
  const { startedAt, clock, scheduler, steps, executor, catalogue } = options;
  return async () => {
    const series = { forecast: 0, waiting: 0, failed: 0 };
    const trainings: SystemResponse["trainings"] = [];
    for (const state of await catalogue.all()) {
      series[catalogue.describe(state).status]++;
      if (state.underWay)
        trainings.push({ series: state.id, stage: state.underWay.stage, since: iso(state.underWay.since) });
    }
    return {
      version: VERSION,
      startedAt: iso(startedAt),
      now: iso(clock.now()),
      jobs: scheduler.jobs().map(({ name, running, lastRun, lastMillis, nextRun, runs, skipped, lastError }) => ({
        name,
        running,
        lastRun: lastRun === null ? null : iso(lastRun),
        lastSeconds: lastMillis === null ? null : lastMillis / 1000,
        nextRun: nextRun === null ? null : iso(nextRun),
        runs,
        skipped,
        lastError,
      })),
      steps: steps.list(),
      executor: { name: executor.name, concurrency: executor.concurrency, ...executor.load() },
      sources: [],
      sinks: [],
      series,
      trainings: trainings.sort((a, b) => (a.since < b.since ? -1 : 1)),
      memoryBytes: process.memoryUsage.rss(),
      storeBytes: null,
    };
  };
}

const iso = (time: number) => new Date(time).toISOString();
