import { AdapterError } from "../errors.js";
import type { JournaledRegistry, ModelRegistry } from "../registry.js";
import { allAliases } from "./push.js";

/** An alias that was moved in the primary, because somebody had moved it in the replica. Versions are the primary's. */
export interface AliasMove {
  readonly model: string;
  readonly alias: string;
  readonly from: number | null;
  readonly to: number;
}

/**
 * Which version of the primary a version of the replica is, found by the key of its training. Asked once for each version that has an
 * alias, because the answers do not change; so looking again at 2,000 models takes a request or two.
 */
export function pairVersions(primary: ModelRegistry, replica: ModelRegistry) {
  const pairs = new Map<string, number>();
  return async (model: string, number: number): Promise<number | null> => {
    const name = `${number} ${model}`;
    const paired = pairs.get(name);
    if (paired !== undefined) return paired;
    const key = (await replica.version(model, number))?.key;
    const version = key === undefined || key === "" ? null : ((await primary.run(model, key))?.version ?? null);
    if (version !== null) pairs.set(name, version);
    return version;
  };
}

/**
 * Moves the aliases of the primary to where they point in the replica. Where the primary itself has a change of an alias that the replica
 * was not given yet (after `position`), the primary's word counts. An alias that was taken away in the replica is kept, and so is one
 * that points there at a version which the primary does not have: forecasts must go on.
 */
export async function pullAliases(
  primary: JournaledRegistry,
  replica: ModelRegistry,
  position: number,
  pair: ReturnType<typeof pairVersions>,
): Promise<AliasMove[]> {
  const own = new Map<string, Readonly<Record<string, number>>>();
  for await (const { model, aliases } of allAliases(primary)) own.set(model, aliases);
  const moves: AliasMove[] = [];
  for await (const { model, aliases } of allAliases(replica)) {
    const ours = own.get(model);
    if (ours === undefined) continue;
    for (const [alias, number] of Object.entries(aliases)) {
      const to = await pair(model, number);
      if (to === null || to === ours[alias] || (await isWaiting(primary, position, model, alias))) continue;
      if ((await primary.version(model, to)) === null) continue;
      if (await isTaken(primary.setAlias(model, alias, to)))
        moves.push({ model, alias, from: ours[alias] ?? null, to });
    }
  }
  return moves;
}

/** MLflow allows names that no alias has here, such as 7. One of those must not keep the others from being followed. */
async function isTaken(setting: Promise<void>): Promise<boolean> {
  try {
    await setting;
    return true;
  } catch (error) {
    if (error instanceof AdapterError && error.code === "INVALID_ARGUMENT") return false;
    throw error;
  }
}

/** Whether the journal has a change of this alias after a position. Asked only where the two differ, which is seldom. */
async function isWaiting(primary: JournaledRegistry, position: number, model: string, alias: string): Promise<boolean> {
  for (let after = position; ; ) {
    const changes = await primary.changes(after, 1000);
    if (changes.some((change) => change.kind === "alias" && change.model === model && change.alias === alias))
      return true;
    if (changes.length < 1000) return false;
    after = changes[changes.length - 1].change;
  }
}
