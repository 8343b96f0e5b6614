import { createHash } from "node:crypto";
import { AdapterError } from "../../errors.js";
import { type CheckedArtifact, type CheckedTraining, DOCUMENT_PATH } from "../../registry/check.js";
import type { StoredRun } from "../../registry.js";
import type { MlflowRun } from "./answers.js";
import type { MlflowClient } from "./client.js";
import type { ExperimentKeeper } from "./experiment.js";
import { NAME } from "./failure.js";
import { mlflowName } from "./model-name.js";
import { joinParameters, splitParameters } from "./parameters.js";
import { fromTags, TAG, tagValue, toTags } from "./tags.js";

export function trainingId(model: string, key: string): string {
  return createHash("sha256").update(`${model}\n${key}`).digest("hex").slice(0, 32);
}

/** The run with a training's id: the oldest, should two processes have begun it at the same moment. */
export async function findRun(client: MlflowClient, experiment: string, id: string): Promise<MlflowRun | null> {
  const search = {
    filter: `tags.\`${TAG.id}\` = '${id}'`,
    orderBy: ["attributes.start_time ASC", "attributes.run_id ASC"],
  };
  for await (const run of client.searchRuns([experiment], search)) return run;
  return null;
}

/**
 * Logs a training. What an earlier call began and did not finish is finished: a run is RUNNING until everything of it is there, and each
 * request may be repeated. Returns the run as it then is.
 */
export async function logTraining(
  client: MlflowClient,
  experiments: ExperimentKeeper,
  training: CheckedTraining,
  document: CheckedArtifact | null,
): Promise<MlflowRun> {
  const { model, key } = training;
  const id = trainingId(model, key);
  const run = await experiments.using(async (experiment) => {
    const found = await findRun(client, experiment, id);
    if (found !== null) return found;
    const made = await client.createRun({
      experimentId: experiment,
      name: model,
      startTime: training.startedAt,
      tags: [
        ...[
          { key: TAG.id, value: id },
          { key: TAG.key, value: key },
          { key: TAG.model, value: model },
          { key: TAG.name, value: mlflowName(model) },
        ],
      ],
    });
    // Of two processes that send the same training at the same moment, both take the same run.
    const first = await findRun(client, experiment, id);
    if (first !== null && first.id !== made.id) await client.deleteRun(made.id);
    return first ?? made;
  });

  const complete = run.status !== "RUNNING";
  if (document !== null && (!complete || !hasDocument(run))) {
    await client.putArtifact(run.artifactUri, document.path, document.body, document.contentType);
  }
  if (complete) {
    if (document === null) return run;
    if (!hasDocument(run)) {
      await client.logBatch(run.id, { tags: [{ key: TAG.artifact + DOCUMENT_PATH, value: document.contentType }] });
    }
    if (run.status !== "FINISHED") await client.updateRun(run.id, { status: "FINISHED" });
    return run;
  }
  for (const { path, body, contentType } of training.artifacts) {
    await client.putArtifact(run.artifactUri, path, body, contentType);
  }
  const logged = new Set(run.params.map((param) => param.key));
  await client.logBatch(run.id, {
    // A value that is there stays: MLflow refuses another, and the first of two trainings with the same key counts.
    params: splitParameters(training.parameters).filter((param) => !logged.has(param.key)),
    metrics: Object.entries(training.metrics).map(([key, value]) => ({
      key,
      value,
      timestamp: training.endedAt,
      step: 0,
    })),
    tags: [
      ...toTags(training.tags),
      ...[...training.artifacts, ...(document === null ? [] : [document])].map(({ path, contentType }) => ({
        key: TAG.artifact + path,
        value: contentType,
      })),
    ],
  });
  const status = training.status === "finished" ? "FINISHED" : "FAILED";
  await client.updateRun(run.id, { status, endTime: training.endedAt });
  const done = await client.run(run.id);
  if (done === null)
    throw new AdapterError(NAME, `run ${run.id} was removed while it was logged; try again`, { code: "UNAVAILABLE" });
  return done;
}

function hasDocument({ tags }: MlflowRun): boolean {
  return tagValue(tags, TAG.artifact + DOCUMENT_PATH) !== null;
}

/** A run as every registry gives it. */
export function storedRun(model: string, run: MlflowRun, version: number | null): StoredRun {
  return {
    id: run.id,
    model,
    key: tagValue(run.tags, TAG.key) ?? "",
    version,
    startedAt: run.startTime,
    endedAt: run.endTime ?? run.startTime,
    status: run.status === "FINISHED" ? "finished" : "failed",
    parameters: joinParameters(run.params),
    metrics: metricsOf(run),
    tags: fromTags(run.tags),
    artifacts: run.tags
      .filter(({ key }) => key.startsWith(TAG.artifact) && key !== TAG.artifact + DOCUMENT_PATH)
      .map(({ key, value }) => ({ path: key.slice(TAG.artifact.length), contentType: value }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

export function metricsOf(run: MlflowRun): Record<string, number> {
  return Object.fromEntries(run.metrics.map(({ key, value }) => [key, value]));
}
