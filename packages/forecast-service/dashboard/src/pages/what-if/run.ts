/** A forecast of a read series, and its model in the form in which models are shown. */
import { addSteps } from "@loadcast/metrics-io/csv";
import {
  autoEnsemble,
  autoSarima,
  type Forecast,
  forecast,
  formatSpec,
  memberModel,
  type SarimaEnsemble,
  type SarimaModel,
  sarima,
} from "sarima-core";
import type { ForecastStep, ModelMember } from "../../../../src/http/contract.js";
import type { Outcome, ReadSeries, Settings } from "./contract.js";

const LEVELS = [0.8, 0.95];
/** More often than this no eye can follow. */
const REPORT_MS = 80;

export function runForecast(
  series: ReadSeries,
  settings: Settings,
  report: (words: string, share: number | null) => void,
): Outcome {
  const started = performance.now();
  const { model, members, title, warnings } = fit(series, settings, sometimes(report));
  report("Making the forecast", null);
  const steps = stepsOf(series, forecast(model, settings.horizon, { levels: LEVELS }));
  return { steps, members, title, warnings, seconds: (performance.now() - started) / 1000 };
}

function fit(series: ReadSeries, settings: Settings, report: (words: string, share: number | null) => void) {
  const { method, periods, horizon, lower, upper } = settings;
  const values = series.values.subarray(Math.max(0, series.values.length - settings.latest));
  const bounds = { ...(lower === null ? {} : { lower }), ...(upper === null ? {} : { upper }) };
  report(method === "orders" ? "Fitting" : "Looking for seasons and scales", null);
  if (method === "ensemble") {
    const model = autoEnsemble(values, {
      periods: periods.filter((period) => period > 1),
      horizon: Math.min(horizon, 48),
      ...bounds,
      onProgress: (done, total) => report(`Judging member ${Math.min(done + 1, total)} of ${total}`, done / total),
    });
    const members = ensembleMembers(model);
    return { model, members, title: `Ensemble of ${members.length} members`, warnings: model.warnings };
  }
  if (method === "orders") {
    const [period = 1] = periods;
    const [P, D, Q] = settings.seasonal;
    const model = sarima(values, { order: settings.order, seasonal: [P, D, Q, period], mean: settings.mean });
    return { model, members: [sarimaMember(model)], title: formatSpec(model.spec), warnings: model.warnings };
  }
  const model = autoSarima(values, {
    // One season is the classical search, several that of monitoring data, which also chooses a scale.
    ...(periods.length > 1 || lower !== null || upper !== null
      ? { periods: periods.length > 0 ? periods : [1] }
      : { period: periods[0] ?? 1 }),
    ...bounds,
    onProgress: ({ tried, total, best }) =>
      report(`${tried} models tried, best so far ${formatSpec(best.spec)}`, total === undefined ? null : tried / total),
  });
  return { model, members: [sarimaMember(model)], title: formatSpec(model.spec), warnings: model.warnings };
}

export function sarimaMember(model: SarimaModel, name = "SARIMA"): ModelMember {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  const { ar, ma, seasonalAr, seasonalMa, mean, beta } = model.params;
  const estimates = [...ar, ...ma, ...seasonalAr, ...seasonalMa, ...(model.spec.mean ? [mean] : []), ...beta];
  return {
    weight: 1,
    reason: "",
    name,
    order: [...model.spec.order],
    seasonal: [...model.spec.seasonal],
    transform: model.transform,
    parameters: model.parameterNames.map((parameter, place) => ({
      name: parameter,
      value: estimates[place],
      standardError: finite(model.standardErrors[place]),
    })),
    sigma2: finite(model.sigma2),
    logLik: finite(model.logLik),
    aic: finite(model.aic),
    aicc: finite(model.aicc),
    bic: finite(model.bic),
  };
}

function ensembleMembers(ensemble: SarimaEnsemble): ModelMember[] {
  const members = ensemble.members.map(({ id, description, weights, reason }) => {
    const model = memberModel(ensemble, id);
    return { ...(model ? sarimaMember(model) : NOTHING), weight: weights.centre, reason, name: description };
  });
  return members.sort((a, b) => b.weight - a.weight);
}

/** What a member without a likelihood has to show. */
const NOTHING = {
  order: null,
  seasonal: null,
  transform: null,
  parameters: [],
  sigma2: null,
  logLik: null,
  aic: null,
  aicc: null,
  bic: null,
};

function stepsOf(series: ReadSeries, { mean, median, intervals }: Forecast): ForecastStep[] {
  const last = series.times[series.times.length - 1];
  const step = { millis: series.stepMillis, months: series.months, regular: series.regular };
  return Array.from(median, (value, place) => ({
    step: place + 1,
    time: new Date(addSteps(last, step, place + 1)).toISOString(),
    mean: mean[place],
    median: value,
    intervals: intervals.map(({ level, lower, upper }) => ({ level, lower: lower[place], upper: upper[place] })),
  }));
}

function sometimes(report: (words: string, share: number | null) => void): typeof report {
  let last = 0;
  return (words, share) => {
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    report(words, share);
  };
}
