import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Executor } from "../../executor/executor.js";
import { forecastSteps } from "../../forecast-steps.js";
import { preprocess } from "../../pipeline/preprocess.js";
import type { TrainedSarima } from "../../pipeline/train.js";
import { LEVELS } from "../../settings.js";
import { createAdmission } from "../admission.js";
import type { ForecastRequest, ForecastResponse } from "../contract.js";
import { HttpError } from "../problem.js";
import { forecastRequest, forecastResponse, problemResponse } from "../schemas.js";

/** A search on the longest series that are accepted may take longer than anyone waits. */
const TIME_LIMIT = 60_000;
const WAITING = 32;

/** POST /api/v1/forecast: values in, model and forecast out; nothing is kept. */
export function forecastRoute(app: FastifyInstance, { executor }: { executor: Executor }): void {
  // One thread stays free for the service's own series.
  const admission = createAdmission({ running: Math.max(1, executor.concurrency - 1), waiting: WAITING });

  app.withTypeProvider<ZodTypeProvider>().post(
    "/forecast",
    {
      config: { access: "train" },
      schema: {
        tags: ["forecast"],
        summary: "Forecast the values that are sent",
        description:
          "Fits the given orders, or searches them, and forecasts. Stateless. Without `order`, the search uses `period` as its season.",
        body: forecastRequest,
        response: {
          200: forecastResponse,
          400: problemResponse,
          413: problemResponse,
          422: problemResponse,
          503: problemResponse,
        },
      },
    },
    async (request, reply) => {
      const trouble = executor.trouble?.() ?? null;
      if (trouble !== null) throw new HttpError(503, "UNAVAILABLE", trouble);
      const caller = watchCaller(reply);
      try {
        return await admission.enter(
          () => makeForecast(request.body as ForecastRequest, executor, caller.signal),
          caller.signal,
        );
      } finally {
        caller.release();
      }
    },
  );
}

async function makeForecast(body: ForecastRequest, executor: Executor, caller: AbortSignal): Promise<ForecastResponse> {
  const { horizon, levels = LEVELS, stepSeconds, order, seasonal } = body;
  const asked = body.period ?? seasonal?.[3] ?? 1;
  const prepared = preprocess(
    {
      values: Float64Array.from(body.values, (value) => value ?? Number.NaN),
      start: body.start === undefined ? null : Date.parse(body.start),
      step: stepSeconds === undefined ? null : { unit: "millisecond", count: stepSeconds * 1000 },
    },
    { periods: [asked], metric: body.bounds !== undefined, bounds: body.bounds ?? null, outside: "refuse" },
  );
  const stop = stopSignal(caller);
  try {
    // Without a word on the kind, a single model is what is trained.
    const trained = (await executor.run(
      "train",
      { prepared, ...(order ? { spec: { order, ...(seasonal ? { seasonal } : {}) } } : {}) },
      { signal: stop.signal },
    )) as TrainedSarima;
    const columns = await executor.run("infer", { prepared, trained, horizon, levels }, { signal: stop.signal });
    const warnings = [...trained.warnings];
    if (!order && asked > 1 && prepared.periods.length === 0)
      warnings.unshift(`period ${asked} needs ${2 * asked} values and was left out`);
    return { model: describeModel(trained), warnings, forecast: forecastSteps(columns, columns.times) };
  } catch (error) {
    if (stop.timedOut()) {
      throw new HttpError(
        503,
        "TIMEOUT",
        `no model was found within ${TIME_LIMIT / 1000} s; send fewer values, a shorter period, or the orders`,
      );
    }
    throw error;
  } finally {
    stop.release();
  }
}

/** Fires when the caller went away, also while it waits for its turn: a fit for nobody would keep those behind it waiting. */
function watchCaller({ raw }: FastifyReply) {
  const controller = new AbortController();
  const onClose = () => controller.abort(new HttpError(503, "ABORTED", "the caller went away"));
  if (raw.destroyed) onClose();
  raw.once("close", onClose);
  return { signal: controller.signal, release: () => void raw.off("close", onClose) };
}

/** Fires when the caller went away or the time is up. */
function stopSignal(caller: AbortSignal) {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort();
  }, TIME_LIMIT);
  const onGone = () => controller.abort();
  if (caller.aborted) onGone();
  caller.addEventListener("abort", onGone, { once: true });
  return {
    signal: controller.signal,
    timedOut: () => late,
    release() {
      clearTimeout(timer);
      caller.removeEventListener("abort", onGone);
    },
  };
}

function describeModel({ spec, params, transform, logLik, aic, aicc, bic }: TrainedSarima): ForecastResponse["model"] {
  return {
    order: [...spec.order],
    seasonal: [...spec.seasonal],
    ...(transform ? { transform } : {}),
    logLik: finite(logLik),
    aic: finite(aic),
    aicc: finite(aicc),
    bic: finite(bic),
    params: {
      ar: [...params.ar],
      ma: [...params.ma],
      seasonalAr: [...params.seasonalAr],
      seasonalMa: [...params.seasonalMa],
      mean: params.mean,
      sigma2: params.sigma2,
    },
  };
}

/** JSON has no Infinity. */
const finite = (value: number) => (Number.isFinite(value) ? value : null);
