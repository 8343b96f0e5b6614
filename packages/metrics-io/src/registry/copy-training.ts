import type { Artifact, ModelRegistry, ModelVersion } from "../registry.js";

/**
 * Repeats a training of one registry in another, with its version if it has one, unless it is there. Returns the number that the other
 * gives to the version: null when there is none, or when the training is not there any more.
 */
export async function copyTraining(
  from: ModelRegistry,
  to: ModelRegistry,
  model: string,
  key: string,
): Promise<number | null> {
  const run = await from.run(model, key);
  if (run === null) return null;
  const there = await to.run(model, key);
  if (there !== null && (there.version !== null || run.version === null)) return there.version;
  const artifacts: Artifact[] = [];
  for (const { path, contentType } of run.artifacts) {
    const body = await from.runArtifact(model, key, path);
    // One that was taken away by hand is no reason to keep the rest back.
    if (body !== null) artifacts.push({ path, contentType, body });
  }
  const { startedAt, endedAt, status, parameters, metrics, tags } = run;
  const training = { model, key, startedAt, endedAt, status, parameters, metrics, tags, artifacts };
  if (run.version === null) {
    await to.logRun(training);
    return null;
  }
  const version = await from.load(model, run.version);
  return version === null ? null : (await to.register({ ...training, document: version.document })).version;
}

/** Gives a version of another registry the tags of ours that it lacks. */
export async function copyTags(version: ModelVersion, to: ModelRegistry, number: number): Promise<void> {
  const there = (await to.version(version.model, number))?.tags ?? {};
  const missing = Object.entries(version.tags).filter(([name, value]) => there[name] !== value);
  if (missing.length > 0) await to.tag(version.model, number, Object.fromEntries(missing));
}
