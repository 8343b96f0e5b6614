import { defineCommand } from "citty";
import type { TrainResult } from "../../http/contract.js";
import { type TaskProgress, withAnswers } from "../answers.js";
import { clientOf, urlFlag } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { showProgress } from "../progress.js";
import { chooseSeries, findSeries } from "../series-choice.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withService } from "../with-service.js";

export default defineCommand({
  meta: { name: "train", description: "Train a new model version for one series, or for all that have enough history" },
  args: {
    series: { type: "positional", description: "host/metric; without it: all", required: false },
    ...formatFlags("table", "json"),
    ...urlFlag,
    ...settingsFlags,
  },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const progress = await showProgress("training");
    const outcomes = await (clientOf(args) === null ? trainHere(args, progress) : trainThere(args, progress)).finally(
      progress.end,
    );
    if (format === "json") return printJson(outcomes);
    process.stdout.write(
      textTable(
        ["version", "values", "in use", "model", "gate"],
        outcomes.map(({ modelVersion, values, champion, description, gate }) => [
          modelVersion,
          values === undefined ? "" : String(values),
          champion ? "yes" : "no",
          description ?? "",
          gate.reason,
        ]),
        [1],
      ),
    );
  },
});

type Progress = Awaited<ReturnType<typeof showProgress>>;
type Given = Readonly<Record<string, unknown>> & { readonly series?: string | undefined };

interface Outcome extends TrainResult {
  readonly champion: boolean;
  readonly values?: number;
  readonly description?: string;
}

/** Calls for each series; one that has too little history is named and passed over, unless it was asked for by name. */
async function each<T extends { readonly id: string }>(
  { series }: Given,
  all: readonly T[],
  progress: Progress,
  signal: AbortSignal,
  train: (series: T, onProgress: (progress: TaskProgress) => void) => Promise<Outcome>,
): Promise<Outcome[]> {
  const chosen = series === undefined ? chooseSeries(all, undefined) : [findSeries(all, series)];
  const outcomes: Outcome[] = [];
  for (const [i, one] of chosen.entries()) {
    if (signal.aborted) break;
    try {
      progress.update(i / chosen.length, one.id);
      outcomes.push(
        await train(one, ({ share, stage }) =>
          progress.update((i + share) / chosen.length, `${one.id}: ${stage ?? "waiting for its turn"}`),
        ),
      );
    } catch (error) {
      if (series !== undefined || (error as { code?: string }).code !== "NOT_READY") throw error;
      process.stderr.write(`${(error as Error).message}\n`);
    }
  }
  return outcomes;
}

const trainHere = (args: Given, progress: Progress) =>
  withService(args, async ({ cycle, tidy }, signal) => {
    const outcomes = await each(args, await cycle.series(), progress, signal, (series, onProgress) =>
      cycle.train(series, { signal, onProgress }),
    );
    // Who calls this from time to time has no service that does it every hour.
    if (!signal.aborted) await tidy(signal);
    return outcomes;
  });

const trainThere = (args: Given, progress: Progress) =>
  withAnswers(args, async (answers, signal) =>
    each(args, await answers.series(), progress, signal, async ({ id }, onProgress) => {
      const result = (await answers.work("train", id, onProgress, signal)) as TrainResult;
      return { ...result, champion: result.gate.accepted };
    }),
  );
