import { afterChange } from "./after-change.js";
import { calibrate } from "./calibrate.js";
import { weightsOf } from "./combine.js";
import {
  checkEnsemble,
  deepFreeze,
  reasonOf,
  type SarimaEnsemble,
  settingOf,
  withoutEffects,
  withoutOuterGaps,
} from "./ensemble.js";
import { historyOf } from "./history.js";
import { judge, trialOrigins } from "./judge.js";
import { withLeastNoise } from "./least-noise.js";
import { answersFrom, fitAgain } from "./members.js";

/**
 * Lets weights and calibration follow the values that were appended after training, so that what has just begun (a leak, a new level)
 * is forecast by those members that saw it coming. The members keep their coefficients: they forecast from origins spaced like those of
 * the trial, everything that came after training is held against them, and these losses count as the latest of the trial do. The
 * calibration of training becomes the prior for the new values.
 *
 * It depends on the series and on what training found only: however often it is done in between, the result is the same. It
 * costs as much as a forecast for each origin: 9 of them when there are eight hours at 5 minutes to look at, 26 at the most.
 *
 * An ensemble without new values, or from a document of a version that did not know what training found, comes back as it is.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for anything but an ensemble
 */
export function reweigh(ensemble: SarimaEnsemble): SarimaEnsemble {
  return followed(ensemble)?.ensemble ?? ensemble;
}

/**
 * Fits the members again on the whole series, the values that were appended included. They stay the members that training chose, with the
 * weights and the calibration that `reweigh` gives them: those were found while the appended values were still unknown to them, and
 * the new fits take them over. What came so far counts as training from then on.
 *
 * For a model that has been judged on values held back, before it is used: costs a sixth of a training, `reweigh` included.
 *
 * @throws SarimaError `INVALID_ARGUMENT` for anything but an ensemble
 */
export function refit(ensemble: SarimaEnsemble): SarimaEnsemble {
  const found = followed(ensemble);
  if (!found) return ensemble;
  const { average, judgements, setting } = found;
  const { y } = setting.history;
  const learnt = withLeastNoise(y, setting.history.raw);
  const own =
    learnt === y ? setting : settingOf(historyOf(learnt, ensemble.transform, ensemble.unit), ensemble.horizon);
  const { members, calibration } = found.ensemble;
  return Object.freeze({
    ...found.ensemble,
    members: Object.freeze(
      members.map((member, m) =>
        Object.freeze({
          ...member,
          fit: deepFreeze(fitAgain(member.fit, own, y.length) ?? member.fit),
          loss: Object.freeze({ ...judgements[m].loss }),
        }),
      ),
    ),
    training: deepFreeze({ length: ensemble.y.length, losses: average, factors: calibration.factors }),
  });
}

/** What follows for weights and calibration from the values after training; null where there are none. */
function followed(ensemble: SarimaEnsemble) {
  const { y, members, training, calibration, horizon, transform, unit } = checkEnsemble(ensemble);
  if (!training || y.length === ensemble.weighedTo) return null;
  const clean = withoutOuterGaps(withoutEffects(y, ensemble.regression));
  // Positions count from the first observed value.
  const from = training.length - y.findIndex((value) => !Number.isNaN(value));
  if (clean.length <= from) return null;

  // 1. Forecasts from origins whose future came, at least in part, after training.
  const setting = settingOf(historyOf(clean, transform, unit), horizon);
  const origins = trialOrigins(clean.length).filter((origin) => origin + horizon > from);
  const quantiles = members.map(({ fit }) => answersFrom(fit, setting, origins, setting.anchors));
  const trial = { origins, quantiles };

  // 2. Their losses, after those of the training.
  const loss = members.map((member) => member.loss);
  const { judgements, average } = judge(trial, setting, { from, average: training.losses, loss });
  // All of them were judged, or nobody was.
  const usual = weightsOf(judgements.map((judgement) => ({ ...judgement, answered: 1 })));
  const weights = afterChange(trial, setting, usual, { from, factors: training.factors, average: training.losses });

  // 3. What they need to cover what came.
  const { factors } = calibrate(trial, setting, weights, { from, factors: training.factors });
  const moved: SarimaEnsemble = Object.freeze({
    ...ensemble,
    members: Object.freeze(
      members.map((member, m) =>
        Object.freeze({
          ...member,
          weights: Object.freeze(weights[m]),
          reason: reasonOf(judgements[m].loss, calibration.origins, origins.length),
        }),
      ),
    ),
    calibration: deepFreeze({ ...calibration, factors }),
    weighedTo: y.length,
  });
  return { ensemble: moved, judgements, average, setting };
}
