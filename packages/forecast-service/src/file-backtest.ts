import { timeAt } from "./calendar.js";
import { LoadcastError } from "./errors.js";
import type { Executor } from "./executor/executor.js";
import type { BacktestResult } from "./http/contract.js";
import { addTally, toScore } from "./pipeline/contest.js";
import { preprocess } from "./pipeline/preprocess.js";
import type { ModelKind } from "./pipeline/train.js";
import type { Regularised } from "./regular-series.js";
import type { Bounds } from "./settings.js";

export interface FileBacktestOptions {
  readonly horizon: number;
  /** Moments to forecast from; fewer where the series is too short for so many. */
  readonly origins: number;
  readonly model: ModelKind;
  readonly periods: readonly number[];
  readonly bounds: Bounds | null;
  readonly levels: readonly number[];
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onProgress: (share: number) => void;
}

/** Values before the first origin, at least: two of them for each step ahead, and never fewer than this. */
const LEAST_PAST = 24;

/**
 * A rolling-origin backtest of any series: at each origin a model is trained on what came before and forecasts what comes after, beside
 * naive, seasonal naive and empirical quantiles.
 *
 * @throws LoadcastError `TOO_SHORT`
 */
export async function fileBacktest(series: Regularised, options: FileBacktestOptions): Promise<BacktestResult> {
  const { horizon, model, periods, bounds, levels, executor, signal, onProgress } = options;
  const prepared = preprocess(series, { periods, metric: true, bounds });
  const n = prepared.values.length;
  const past = Math.max(LEAST_PAST, Math.min(2 * horizon, n >> 1));
  const room = n - horizon - past;
  if (room < 0) {
    throw new LoadcastError(
      "TOO_SHORT",
      `${n} values are too few for a backtest ${horizon} steps ahead: it needs ${past + horizon}; ask for a shorter --horizon`,
    );
  }
  const count = Math.min(options.origins, room + 1);
  // The last origin leaves just the horizon; the others lie a horizon apart, or closer where there is no room for that.
  const stride = count > 1 ? Math.min(horizon, Math.floor(room / (count - 1))) : 0;
  const origins = Array.from({ length: count }, (_, i) => n - horizon - (count - 1 - i) * stride);
  let done = 0;
  const parts = await Promise.all(
    origins.map(async (at) => {
      const fits = [{ at, origins: [at] }];
      const part = await executor.run("backtest", { prepared, model, fits, horizon, levels, steps: [] }, { signal });
      onProgress(++done / count);
      return part;
    }),
  );
  const [total, ...rest] = parts;
  for (const { contestants } of rest) {
    contestants.forEach(({ sums }, k) => {
      addTally(total.contestants[k].sums, sums);
    });
  }
  const iso = (index: number) => new Date(timeAt(prepared.start as number, series.step, index)).toISOString();
  return {
    from: iso(origins[0]),
    to: iso(n - 1),
    origins: count,
    scores: total.contestants.filter(({ sums }) => sums.count > 0).map(({ name, sums }) => toScore(name, sums)),
    horizons: [],
  };
}
