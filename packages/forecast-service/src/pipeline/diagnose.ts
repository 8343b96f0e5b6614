import { type Fitted, fromJSON, type SarimaEnsemble, type SarimaModel, sarima } from "sarima-core";
import type { ModelDetailResponse, ModelMember } from "../http/contract.js";
import { residualPicture } from "./residual-picture.js";

/** What can be seen of a kept model: its members with their coefficients, and whether the residuals still hold anything. */
export type Diagnosis = Pick<ModelDetailResponse, "members" | "residuals">;

/** Reads a model document and takes it apart for people. The residuals are those of the heaviest SARIMA. */
export function diagnose({ document }: { document: string }): Diagnosis {
  const fitted = fromJSON(document);
  if (!isEnsemble(fitted)) return { members: [sarimaMember(fitted)], residuals: residualPicture(fitted) };
  const members = [...fitted.members].sort((a, b) => b.weights.centre - a.weights.centre);
  const heaviest = members.find(({ fit }) => fit.kind === "sarima");
  return {
    members: members.map((member) => ensembleMember(fitted, member)),
    residuals: heaviest ? residualsOf(fitted, heaviest) : null,
  };
}

export function isEnsemble(fitted: Fitted): fitted is SarimaEnsemble {
  return "kind" in fitted;
}

const NOTHING = {
  order: null,
  seasonal: null,
  transform: null,
  sigma2: null,
  logLik: null,
  aic: null,
  aicc: null,
  bic: null,
};

function sarimaMember(model: SarimaModel): ModelMember {
  const { spec, params, parameterNames, standardErrors } = model;
  const values = [
    ...params.ar,
    ...params.ma,
    ...params.seasonalAr,
    ...params.seasonalMa,
    ...(spec.mean ? [params.mean] : []),
    ...params.beta,
  ];
  return {
    weight: 1,
    reason: "the only model",
    name: "SARIMA",
    order: [...spec.order],
    seasonal: [...spec.seasonal],
    transform: model.transform,
    parameters: values.map((value, i) => ({
      name: parameterNames[i],
      value,
      standardError: model.fixedMask[i] ? null : finite(standardErrors[i]),
    })),
    sigma2: finite(params.sigma2),
    logLik: finite(model.logLik),
    aic: finite(model.aic),
    aicc: finite(model.aicc),
    bic: finite(model.bic),
  };
}

type Member = SarimaEnsemble["members"][number];

function ensembleMember(ensemble: SarimaEnsemble, { description, reason, weights, fit }: Member): ModelMember {
  const common = { ...NOTHING, weight: weights.centre, reason, name: description, parameters: [] };
  if (fit.kind !== "sarima" && fit.kind !== "autoregression") return common;
  const transform = fit.scale === "shape" ? ensemble.transform : null;
  const named = (prefix: string, values: readonly number[]) =>
    values.map((value, i) => ({ name: `${prefix}${i + 1}`, value, standardError: null }));
  if (fit.kind === "autoregression") {
    return {
      ...common,
      order: [fit.model.phi.length, fit.d, 0],
      seasonal: [0, 0, 0, 0],
      transform,
      parameters: [...named("ar", fit.model.phi), { name: "mean", value: fit.model.mean, standardError: null }],
    };
  }
  return {
    ...common,
    order: [...fit.spec.order],
    seasonal: [...fit.spec.seasonal],
    transform,
    parameters: [
      ...named("ar", fit.ar),
      ...named("ma", fit.ma),
      ...named("sar", fit.seasonalAr),
      ...named("sma", fit.seasonalMa),
      ...(fit.spec.mean ? [{ name: "mean", value: fit.mean, standardError: null }] : []),
    ],
  };
}

/** The member filters the series it was fitted to once more, its coefficients held fixed. */
function residualsOf({ y, unit, transform }: SarimaEnsemble, { fit }: Member): Diagnosis["residuals"] {
  if (fit.kind !== "sarima") return null;
  const scaled = fit.scale === "shape" && transform ? { transform } : {};
  try {
    const model = sarima(fit.scale === "raw" ? y.map((value) => value / unit) : y, fit.spec, {
      ...scaled,
      fixed: {
        ar: fit.ar,
        ma: fit.ma,
        seasonalAr: fit.seasonalAr,
        seasonalMa: fit.seasonalMa,
        ...(fit.spec.mean ? { mean: fit.mean } : {}),
      },
    });
    return residualPicture(model);
  } catch {
    // Values that came later may lie outside the scale it was fitted on; then there is no picture, and the forecast goes on without it.
    return null;
  }
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
