import type { ModelVersion } from "@loadcast/metrics-io";
import type { GateReport } from "./http/contract.js";
import { CHAMPION, versionName } from "./pipeline/register.js";
import type { ModelKind } from "./pipeline/train.js";
import { describeVersion } from "./pipeline/training-record.js";
import { HORIZON } from "./settings.js";

/** What came of a training. */
export interface TrainOutcome {
  readonly series: string;
  readonly version: number;
  /** Name and version. */
  readonly modelVersion: string;
  readonly kind: ModelKind;
  readonly description: string;
  /** Values it was fitted to. */
  readonly values: number;
  /** Of a single model. */
  readonly aicc: number | null;
  readonly warnings: readonly string[];
  readonly gate: GateReport;
  readonly champion: boolean;
}

/** The same of a version that the registry has. */
export function outcomeOf(version: ModelVersion): TrainOutcome {
  const { aicc } = version.metrics;
  const { kind, description, values, warnings, gate } = describeVersion(version);
  return {
    series: version.model,
    version: version.version,
    modelVersion: versionName(version),
    kind,
    description,
    values,
    aicc: aicc ?? null,
    warnings,
    gate: gate ?? { accepted: false, reason: "It was not judged.", origins: 0, horizon: HORIZON, scores: [] },
    champion: version.aliases.includes(CHAMPION),
  };
}
