import type { MetricSource } from "@loadcast/metrics-io";
import type { Clock } from "./clock.js";
import { seriesSettings } from "./config/series-settings.js";
import type { Config } from "./config.js";
import { LoadcastError } from "./errors.js";
import type { Executor } from "./executor/executor.js";
import type { SeriesState } from "./fleet.js";
import type { BacktestResult } from "./http/contract.js";
import { horizonAccuracy } from "./monitor/scores.js";
import type { BacktestPart } from "./pipeline/backtest.js";
import { addTally, toScore } from "./pipeline/contest.js";
import { ingest } from "./pipeline/ingest.js";
import { preprocess } from "./pipeline/preprocess.js";
import {
  DAY_STEPS,
  HORIZON,
  JUDGED_STEPS,
  LEVELS,
  MAX_SILENCE,
  MIN_OBSERVED,
  PERIODS,
  STEP_MILLIS,
} from "./settings.js";
import type { TaskWork } from "./tasks.js";

/** The part of the history that is forecast again: as much as half of it, two days at most. */
const LONGEST = 2 * DAY_STEPS;
/** Models that are trained on the way, each on what came before. */
const FITS = 4;
/** Steps from one origin to the next: two hours. */
const STRIDE = 24;

/** Replays the pipeline on the recent past of a series: what it would have forecast, and how far off that was. */
export function backtestTask(options: {
  store: MetricSource;
  find: (id: string) => Promise<SeriesState>;
  executor: Executor;
  clock: Clock;
  config: Pick<Config, "training" | "thresholds" | "series">;
}): TaskWork {
  const { store, find, executor, clock, config } = options;
  return async (id, { signal, onProgress }): Promise<BacktestResult> => {
    const state = await find(id);
    const { history, model, bounds } = seriesSettings(config, state);
    onProgress({ stage: "read", share: 0 });
    const ingested = await ingest(store, state, { now: clock.now(), history, bounds });
    const prepared = preprocess(ingested, {
      periods: PERIODS,
      metric: true,
      bounds,
      longestGap: MAX_SILENCE,
      enough: MIN_OBSERVED,
    });
    const n = prepared.values.length;
    const region = Math.min(LONGEST, n >> 1);
    if (n < 2 * MIN_OBSERVED) {
      throw new LoadcastError(
        "TOO_SHORT",
        `${id} has ${n} five-minute values; a backtest needs ${2 * MIN_OBSERVED}, half to learn from and half to be judged on`,
      );
    }
    const begin = n - region;
    const origins: number[] = [];
    for (let at = begin; at + Math.min(HORIZON, region) <= n; at += Math.min(STRIDE, Math.max(1, region >> 2)))
      origins.push(at);
    const size = Math.ceil(origins.length / FITS);
    const parts: BacktestPart[] = [];
    onProgress({ stage: "replay", share: 0 });
    for (let i = 0; i < origins.length; i += size) {
      const own = origins.slice(i, i + size);
      parts.push(
        await executor.run(
          "backtest",
          {
            prepared,
            model,
            fits: [{ at: own[0], origins: own }],
            horizon: HORIZON,
            levels: LEVELS,
            steps: JUDGED_STEPS,
          },
          { signal },
        ),
      );
      onProgress({ stage: "replay", share: Math.min(1, (i + size) / origins.length) });
    }
    const [total, ...rest] = parts;
    for (const part of rest) {
      total.contestants.forEach(({ sums }, k) => {
        addTally(sums, part.contestants[k].sums);
      });
      total.bySteps.forEach((sums, k) => {
        addTally(sums, part.bySteps[k]);
        total.naiveBySteps[k].count += part.naiveBySteps[k].count;
        total.naiveBySteps[k].absolute += part.naiveBySteps[k].absolute;
      });
    }
    const timeAt = (index: number) => new Date((prepared.start as number) + index * STEP_MILLIS).toISOString();
    return {
      from: timeAt(begin),
      to: timeAt(n),
      origins: origins.length,
      scores: total.contestants.filter(({ sums }) => sums.count > 0).map(({ name, sums }) => toScore(name, sums)),
      horizons: total.bySteps.map((sums, k) =>
        horizonAccuracy(JUDGED_STEPS[k], {
          ...sums,
          naiveCount: total.naiveBySteps[k].count,
          naiveAbsolute: total.naiveBySteps[k].absolute,
        }),
      ),
    };
  };
}
