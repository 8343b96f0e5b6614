import { append, fromJSON } from "sarima-core";
import type { GateScore } from "../http/contract.js";
import { HORIZON } from "../settings.js";
import { addPoint, type Contestant, contest, forecaster, scoreAt, type Tally, tally } from "./contest.js";
import { baselines } from "./gate.js";
import type { Prepared } from "./preprocess.js";
import { type ModelKind, train } from "./train.js";
import { reweighed } from "./weighing.js";

export interface BacktestInput {
  prepared: Prepared;
  model: ModelKind;
  /** Positions in the values: where each model is trained anew, on what came before. */
  fits: readonly { readonly at: number; readonly origins: readonly number[] }[];
  horizon: number;
  levels: readonly number[];
  /** Steps ahead of which the errors are told apart, from 1. */
  steps: readonly number[];
}

/** Sums, so that the parts of a backtest can be added up. */
export interface BacktestPart {
  readonly contestants: readonly { readonly name: GateScore["name"]; readonly sums: Tally }[];
  readonly bySteps: readonly Tally[];
  /** Absolute errors of the seasonal naive forecast at the steps. */
  readonly naiveBySteps: readonly { count: number; absolute: number }[];
}

/**
 * What the pipeline would have said in the past: at each of some positions a model is trained on what came before, and forecasts from the
 * origins that follow, its state moved on as it is in service and its weights every four hours.
 */
export function backtest({ prepared, model, fits, horizon, levels, steps }: BacktestInput): BacktestPart {
  const { values, periods, bounds, start, step } = prepared;
  const season = periods.at(-1) ?? null;
  const bySteps = steps.map(() => tally(levels));
  const naiveBySteps = steps.map(() => ({ count: 0, absolute: 0 }));
  const names: GateScore["name"][] = ["candidate", ...baselines(season).map(({ name }) => name)];
  const totals = names.map(() => tally(levels));
  for (const { at, origins } of fits) {
    const past = { ...prepared, values: values.slice(0, at), start, step };
    let state = fromJSON(train({ prepared: past, model }).document);
    let end = at;
    let weighedTo = at;
    const own: Contestant = {
      name: "candidate",
      from: at,
      forecast: forecaster((before) => {
        if (before.length > end) state = append(state, values.subarray(end, before.length));
        end = Math.max(end, before.length);
        if (end - weighedTo >= HORIZON) {
          state = reweighed(state);
          weighedTo = end;
        }
        return state;
      }, bounds),
    };
    const rivals = baselines(season).map(
      ({ name, from, fit }): Contestant => ({ name, from, forecast: forecaster(fit, bounds) }),
    );
    contest(values, origins, [own, ...rivals], horizon, levels, (origin, actual, answers) => {
      answers.forEach((answer, i) => {
        scoreAt(totals[i], actual, answer);
      });
      steps.forEach((ahead, i) => {
        const y = values[origin + ahead - 1];
        if (y === undefined || Number.isNaN(y)) return;
        const { median, intervals } = answers[0];
        addPoint(
          bySteps[i],
          y,
          median[ahead - 1],
          intervals.map(({ level, lower, upper }) => ({ level, lower: lower[ahead - 1], upper: upper[ahead - 1] })),
        );
        const before = season === null ? undefined : values[origin + ahead - 1 - season];
        if (before === undefined || Number.isNaN(before)) return;
        naiveBySteps[i].count++;
        naiveBySteps[i].absolute += Math.abs(y - before);
      });
    });
  }
  return { contestants: names.map((name, i) => ({ name, sums: totals[i] })), bySteps, naiveBySteps };
}
