import type { ModelRegistry, ModelVersion } from "@loadcast/metrics-io";
import type { Kept } from "./pipeline/gate.js";
import { CHAMPION, versionName } from "./pipeline/register.js";
import { recordedBounds, TAGS } from "./pipeline/training-record.js";
import { type Bounds, STEP_MILLIS } from "./settings.js";

/** The version that makes a series' forecasts. */
export interface Champion {
  readonly version: number;
  readonly modelVersion: string;
  /** Time of the first value it was fitted to, and how many there are. */
  readonly start: number;
  readonly length: number;
  /** The time after the last of them. */
  readonly until: number;
  /** The bounds of the values it was fitted to; null: none. Undefined for versions that do not say. */
  readonly bounds: Bounds | null | undefined;
  /** Went live without having passed the gate. */
  readonly provisional: boolean;
}

/** Champions and their documents. */
export interface Champions {
  /** What the registry calls champion now; null where it has none that can be used. */
  find(series: string): Promise<Champion | null>;
  /** The numbers of all champions, in one question. */
  versions(): Promise<ReadonlyMap<string, number>>;
  /** The model itself, kept in memory as far as there is room. */
  load(series: string, champion: Champion): Promise<Kept>;
  /** Forgets what is kept of a series. */
  forget(series: string): void;
}

/** Documents kept in memory: those of two hundred series. The others are read anew in each round, which takes less than a millisecond. */
const BUDGET = 4 * 2 ** 20;

const PAGE = 10_000;

export function createChampions(registry: ModelRegistry): Champions {
  const documents = new Map<string, { version: number; document: Kept["document"] }>();
  let size = 0;
  const forget = (series: string) => {
    size -= documents.get(series)?.document.length ?? 0;
    documents.delete(series);
  };
  return {
    forget,
    async find(series) {
      const found = await registry.version(series, CHAMPION);
      return found ? championOf(found) : null;
    },
    async versions() {
      const found = new Map<string, number>();
      for (let after: string | undefined; ; ) {
        const page = await registry.aliases({ limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const { model, aliases } of page) {
          if (aliases[CHAMPION] !== undefined) found.set(model, aliases[CHAMPION]);
        }
        after = page.at(-1)?.model;
        if (page.length < PAGE) return found;
      }
    },
    async load(series, { version, start, length, modelVersion }) {
      const kept = documents.get(series);
      if (kept?.version === version) return { document: kept.document, start, length };
      forget(series);
      // Bytes that only pass through on their way to a thread: as texts they would fill the heap in every round.
      const document = registry.document
        ? await registry.document(series, version)
        : ((await registry.load(series, version))?.document ?? null);
      if (document === null) throw new Error(`the registry ${registry.name} has lost the model ${modelVersion}`);
      if (size + document.length <= BUDGET) {
        documents.set(series, { version, document });
        size += document.length;
      }
      return { document, start, length };
    },
  };
}

/** Null for a version that says nothing of the data it was fitted to: it was put there by another program. */
function championOf(found: ModelVersion): Champion | null {
  const start = Number(found.parameters["data.start"] || Number.NaN);
  const length = Number(found.parameters["data.values"] || Number.NaN);
  if (!Number.isFinite(start) || !Number.isInteger(length)) return null;
  return {
    version: found.version,
    modelVersion: versionName(found),
    start,
    length,
    until: start + length * STEP_MILLIS,
    bounds: recordedBounds(found),
    provisional: found.tags[TAGS.provisional] === "true",
  };
}
