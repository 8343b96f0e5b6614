import { type Fitted, fromJSON, memberModel, type SarimaEnsemble, SarimaError, type SarimaModel } from "sarima-core";
import type { ModelDetailResponse, ModelMember } from "../http/contract.js";
import { residualPicture } from "./residual-picture.js";

/** What can be seen of a kept model: its members, how sure their coefficients are, whether the residuals still hold anything. */
export type Diagnosis = Pick<ModelDetailResponse, "members" | "residuals">;

/** Reads a model document and takes it apart for people. The residuals are those of the heaviest SARIMA. */
export function diagnose({ document }: { document: string }): Diagnosis {
  const fitted = fromJSON(document);
  if (!isEnsemble(fitted)) return { members: [sarimaMember(fitted)], residuals: residualPicture(fitted) };
  const members = [...fitted.members].sort((a, b) => b.weights.centre - a.weights.centre);
  const models = members.map(({ id }) => modelOf(fitted, id));
  const heaviest = models.find((model) => model !== null);
  return {
    members: members.map((member, i) => ensembleMember(fitted, member, models[i])),
    residuals: heaviest ? residualPicture(heaviest) : null,
  };
}

/** A document made elsewhere may hold a member that its own series cannot carry: it is shown without a model then. */
function modelOf(ensemble: SarimaEnsemble, id: string): SarimaModel | null {
  try {
    return memberModel(ensemble, id);
  } catch (error) {
    if (error instanceof SarimaError) return null;
    throw error;
  }
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

function ensembleMember(ensemble: SarimaEnsemble, member: Member, model: SarimaModel | null): ModelMember {
  const { description, reason, weights, fit } = member;
  const common = { weight: weights.centre, reason, name: description };
  if (model) return { ...sarimaMember(model), ...common };
  const bare = { ...NOTHING, ...common, parameters: [] };
  if (fit.kind === "autoregression") {
    const { phi, mean } = fit.model;
    // On the scale as measured the member has the series in units of its largest value.
    const unit = fit.scale === "raw" ? ensemble.unit : 1;
    return {
      ...bare,
      order: [phi.length, fit.d, 0],
      seasonal: [0, 0, 0, 0],
      transform: fit.scale === "shape" ? ensemble.transform : null,
      parameters: [
        ...phi.map((value, i) => ({ name: `ar${i + 1}`, value, standardError: null })),
        ...(fit.d === 0 ? [{ name: "mean", value: mean * unit, standardError: null }] : []),
      ],
    };
  }
  return bare;
}

const finite = (value: number) => (Number.isFinite(value) ? value : null);
