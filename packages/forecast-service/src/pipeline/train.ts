import {
  type AutoSarimaModel,
  autoEnsemble,
  autoSarima,
  formatSpec,
  type SarimaEnsemble,
  SarimaError,
  type SarimaModel,
  type SarimaSpec,
  sarima,
  type TriedModel,
  toJSON,
} from "sarima-core";
import { HORIZON } from "../settings.js";
import type { Prepared } from "./preprocess.js";

/** What a series can be forecast with: several models weighed against one another, or one searched SARIMA. */
export type ModelKind = "ensemble" | "sarima";

interface TrainedCommon {
  /** The fitted model as sarima-core's `toJSON` writes it: some 20 KB (sarima) or 60 KB (ensemble) for a week at 5 minutes. */
  readonly document: string;
  /** Time of the first value it was trained on; null where times are not known. */
  readonly start: number | null;
  /** How many values it was trained on, gaps included. */
  readonly length: number;
  /** Orders, or members, in words. */
  readonly description: string;
  readonly warnings: readonly string[];
}

/** A single model. */
export interface TrainedSarima extends TrainedCommon {
  readonly kind: "sarima";
  readonly spec: SarimaModel["spec"];
  readonly params: SarimaModel["params"];
  readonly transform: SarimaModel["transform"];
  /** Seasons that the model has, in steps: a search may leave out what it was offered. */
  readonly seasons: readonly number[];
  readonly logLik: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  /** What the search tried; empty where the orders were given. */
  readonly tried: readonly TriedModel[];
}

/** Several models and how much each counts. */
export interface TrainedEnsemble extends TrainedCommon {
  readonly kind: "ensemble";
  readonly members: readonly {
    readonly name: string;
    readonly weights: SarimaEnsemble["members"][number]["weights"];
    readonly loss: SarimaEnsemble["members"][number]["loss"];
  }[];
}

/** A model as it is kept: a document that `infer` goes on from, and what people want to see of it. */
export type Trained = TrainedSarima | TrainedEnsemble;

export interface TrainInput {
  prepared: Prepared;
  /** Default "sarima". */
  model?: ModelKind;
  /** Orders of a SARIMA that are given; without them they are searched. */
  spec?: SarimaSpec;
}

/** Is told while models are searched how far that is, from 0 to 1, and what was done. */
export type TrainProgress = (share: number, words: string) => void;

/** A search does not know where it ends: after 60 models, as many as most need, this has come to 91 %. */
const USUAL_SEARCH = 0.96;

/**
 * Step 3: finds and fits a model. An ensemble searches, weighs and calibrates its members on forecasts replayed inside the history. A
 * SARIMA has the given orders, or the best of a search: data of a metric are searched with all their seasons, on the scale and
 * with the interval widths that replayed forecasts ask for; other data as R's auto.arima does.
 *
 * @throws SarimaError, for example `TOO_SHORT`
 */
export function train(input: TrainInput & { model?: "sarima" }, onProgress?: TrainProgress): TrainedSarima;
export function train(input: TrainInput, onProgress?: TrainProgress): Trained;
export function train(input: TrainInput, onProgress?: TrainProgress): Trained {
  try {
    return fitModel(input, onProgress);
  } catch (error) {
    throw inOurWords(error);
  }
}

/** The mathematics calls its data y; whoever sent or prepared them knows them as `values`. */
function inOurWords(error: unknown): unknown {
  if (!(error instanceof SarimaError) || !/\by\b/.test(error.message)) return error;
  return new SarimaError(error.code, error.message.replace(/\by\b/g, "values"), { cause: error });
}

function fitModel({ prepared, model = "sarima", spec }: TrainInput, onProgress: TrainProgress = () => {}): Trained {
  const { values, start, periods, bounds, metric } = prepared;
  const limits = { lower: bounds?.lower, upper: bounds?.upper };
  const common = { start, length: values.length };
  if (model === "ensemble") {
    const ensemble = autoEnsemble(values, {
      periods,
      ...limits,
      horizon: HORIZON,
      onProgress: (done, total) => onProgress(done / total, `${done} of ${total} members weighed`),
    });
    return trainedEnsemble(ensemble, common);
  }
  let tried = 0;
  const fitted = spec
    ? sarima(values, spec)
    : autoSarima(values, {
        ...(metric ? { periods } : { period: periods[0] ?? 1 }),
        ...limits,
        // Data of a metric are searched several times: on each scale, with each cycle taken out.
        onProgress: ({ last }) =>
          onProgress(1 - USUAL_SEARCH ** ++tried, `${tried} models tried, the last one ${formatSpec(last.spec)}`),
      });
  return {
    ...common,
    kind: "sarima",
    document: toJSON(fitted),
    description: formatSpec(fitted.spec),
    warnings: fitted.warnings,
    spec: fitted.spec,
    params: fitted.params,
    transform: fitted.transform,
    seasons: seasonsOf(fitted),
    logLik: fitted.logLik,
    aic: fitted.aic,
    aicc: fitted.aicc,
    bic: fitted.bic,
    tried: isSearched(fitted) ? fitted.search.tried : [],
  };
}

/** Of the seasonal factor, and of harmonics. */
function seasonsOf({ spec, harmonics }: SarimaModel): number[] {
  const [P, D, Q, period] = spec.seasonal;
  return [
    ...(P + D + Q > 0 ? [period] : []),
    ...harmonics.filter(({ order }) => order > 0).map(({ period }) => period),
  ];
}

/** An ensemble as it is kept. */
export function trainedEnsemble(
  ensemble: SarimaEnsemble,
  place: Pick<TrainedCommon, "start" | "length">,
): TrainedEnsemble {
  return {
    ...place,
    kind: "ensemble",
    document: toJSON(ensemble),
    description: describeEnsemble(ensemble),
    warnings: ensemble.warnings,
    members: byWeight(ensemble).map(({ description, weights, loss }) => ({ name: description, weights, loss })),
  };
}

function isSearched(fitted: SarimaModel): fitted is AutoSarimaModel {
  return "search" in fitted;
}

/** Members that are named one by one; the rest is a number. */
const NAMED = 3;

/** "12 members, first ARIMA(3,0,0), logit scale, … (21 %)". */
function describeEnsemble(ensemble: SarimaEnsemble): string {
  const named = byWeight(ensemble)
    .slice(0, NAMED)
    .map(({ description, weights }) => `${description} (${Math.round(weights.centre * 100)} %)`);
  const count = ensemble.members.length;
  return `ensemble of ${count} ${count === 1 ? "member" : "members"}: ${named.join("; ")}${count > NAMED ? "; …" : ""}`;
}

function byWeight({ members }: SarimaEnsemble) {
  return [...members].sort((a, b) => b.weights.centre - a.weights.centre);
}
