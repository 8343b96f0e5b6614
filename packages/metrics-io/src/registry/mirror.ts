import { AdapterError } from "../errors.js";
import type { JournaledRegistry, ModelRegistry, RegistryChange } from "../registry.js";
import { copyTags, copyTraining } from "./copy-training.js";
import { lanes } from "./lanes.js";
import { type AliasMove, pairVersions, pullAliases } from "./pull-aliases.js";

export interface MirrorOptions {
  /** Under this name the primary remembers how far the replica has come. Default: the replica's name. */
  readonly follower?: string;
  /** First wait after a failure; each is twice the one before, up to `maxRetryMillis`. Default 1000. */
  readonly retryMillis?: number;
  /** Default 60,000. */
  readonly maxRetryMillis?: number;
  /** Told of every failure in a sentence, and when the replica answers again. */
  readonly onNotice?: (message: string) => void;
}

export interface MirrorState {
  /** Changes that the replica does not have yet. */
  readonly waiting: number;
  /** Changes that it was given since this object was made. */
  readonly delivered: number;
  /** Changes that it will never take, such as a version whose document is gone; `pushModels` tries them again. */
  readonly refused: number;
  /** Why the last attempt failed; null when it did not. */
  readonly lastError: AdapterError | null;
}

/** A registry that is followed by another. */
export interface MirroredRegistry extends ModelRegistry {
  /** Opens the primary, and begins to deliver what was left over from before. The replica need not be there. */
  open(): Promise<void>;
  mirrorState(): Promise<MirrorState>;
  /** Resolves when the replica has everything. */
  caughtUp(): Promise<void>;
  /** Looks where aliases point in the replica, and moves those of the primary that somebody moved there. Returns what it moved. */
  pullAliases(): Promise<AliasMove[]>;
}

/** Changes that are taken from the journal at once. */
const WINDOW = 64;
/** Models whose changes are delivered at the same time. */
const LANES = 4;
/** Attempts to deliver what the replica calls wrong, before it is left out. */
const ATTEMPTS = 3;
/** How long closing waits for what is being delivered. */
const CLOSE_MILLIS = 2000;

/**
 * Lets a replica follow a registry. All is answered and done by the primary, and nothing ever waits for the replica: what was changed is
 * repeated there in the background, for each model in order, and is found in the primary's journal again after a restart. While the
 * replica is away nothing is lost; each change is one row in the journal. Closing closes both.
 */
export function mirrorRegistry(
  primary: JournaledRegistry,
  replica: ModelRegistry,
  options: MirrorOptions = {},
): MirroredRegistry {
  const { follower = replica.name, retryMillis = 1000, maxRetryMillis = 60_000, onNotice = () => undefined } = options;
  for (const [name, value] of Object.entries({ retryMillis, maxRetryMillis })) {
    if (Number.isFinite(value) && value >= 0) continue;
    throw new AdapterError("mirror", `${name} must be milliseconds ≥ 0, got ${value}`, { code: "INVALID_ARGUMENT" });
  }
  let position: number | null = null;
  let delivered = 0;
  let refused = 0;
  let lastError: AdapterError | null = null;
  let failures = 0;
  let running: Promise<void> | null = null;
  /** A change came while the loop was about to end. */
  let again = false;
  let wake: () => void = () => undefined;
  let closing: Promise<void> | null = null;
  const attempts = new Map<number, number>();
  const inLane = lanes(LANES);
  const pair = pairVersions(primary, replica);

  const deliver = async (change: RegistryChange): Promise<void> => {
    const { kind, model, key, alias } = change;
    if (kind === "alias" && key === null) {
      await unlessAbsent(replica.setAlias(model, alias as string, null));
      return;
    }
    if (key === null) return;
    if (kind === "remove") {
      const there = await replica.run(model, key);
      // Somebody who pointed an alias at it over there still uses it.
      if (there !== null && there.version !== null) await unlessAbsent(replica.remove(model, there.version));
      return;
    }
    const number = await copyTraining(primary, replica, model, key);
    if (number === null || change.version === null) return;
    if (kind === "alias") await replica.setAlias(model, alias as string, number);
    const version = kind === "tags" ? await primary.version(model, change.version) : null;
    if (version !== null) await copyTags(version, replica, number);
  };

  /** Whether the change is done with; false leaves it for another attempt. */
  const tryDeliver = async (change: RegistryChange): Promise<boolean> => {
    try {
      await deliver(change);
      attempts.delete(change.change);
      delivered++;
      return true;
    } catch (error) {
      const known = error instanceof AdapterError ? error : new AdapterError(follower, String(error), { cause: error });
      lastError = known;
      const tries = (attempts.get(change.change) ?? 0) + 1;
      attempts.set(change.change, tries);
      const wrong =
        known.code === "INVALID_ARGUMENT" || (known.code === "INVALID_DATA" && known.adapter === primary.name);
      if (!wrong || tries < ATTEMPTS) return false;
      attempts.delete(change.change);
      refused++;
      onNotice(`left out, because it cannot be repeated (${change.kind} of ${change.model}): ${known.message}`);
      return true;
    }
  };

  /** Delivers a window. Returns whether all of it is done with. */
  const deliverAll = async (changes: readonly RegistryChange[]): Promise<boolean> => {
    const byModel = new Map<string, RegistryChange[]>();
    for (const change of changes) byModel.set(change.model, [...(byModel.get(change.model) ?? []), change]);
    const done = new Set<number>();
    await Promise.all(
      [...byModel.values()].map((chain) =>
        inLane(async () => {
          for (const change of chain) {
            if (closing !== null || !(await tryDeliver(change))) return;
            done.add(change.change);
          }
        }),
      ),
    );
    // What was delivered behind a gap is delivered again, which changes nothing.
    const gap = changes.findIndex(({ change }) => !done.has(change));
    const last = gap < 0 ? changes.at(-1) : changes[gap - 1];
    if (last !== undefined) {
      await primary.setPosition(follower, last.change);
      position = last.change;
    }
    return gap < 0;
  };

  const loop = async (): Promise<void> => {
    while (closing === null) {
      let done = false;
      try {
        position ??= await primary.position(follower);
        const changes = await primary.changes(position, WINDOW);
        if (changes.length === 0) {
          if (!again) return;
          again = false;
          continue;
        }
        done = await deliverAll(changes);
      } catch (error) {
        // The primary itself: closed under us, or its disk is full. Nothing is lost, for the position did not move.
        lastError = error instanceof AdapterError ? error : new AdapterError("mirror", String(error), { cause: error });
      }
      if (done) {
        if (failures > 0) onNotice(`${follower} takes changes again`);
        failures = 0;
        lastError = null;
      } else if (closing === null) {
        if (failures++ === 0) onNotice(`${follower} does not take changes, which wait: ${lastError?.message}`);
        await pause(Math.min(retryMillis * 2 ** (failures - 1), maxRetryMillis));
      }
    }
  };
  const pause = (millis: number): Promise<void> =>
    new Promise((resolve) => {
      // A program that has nothing else to do may end: what waits is in the journal.
      const timer = setTimeout(resolve, millis).unref();
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const kick = (): void => {
    again = true;
    if (running !== null || closing !== null) return;
    running = loop().finally(() => {
      running = null;
      if (again && closing === null && lastError === null) kick();
    });
  };
  /** What was done on the primary goes on its way. */
  const thenKick = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    kick();
    return value;
  };
  const countWaiting = async () => primary.countChanges(position ?? (await primary.position(follower)));

  return {
    ...primary,

    async open() {
      await primary.open?.();
      kick();
    },
    logRun: (run) => thenKick(primary.logRun(run)),
    register: (version) => thenKick(primary.register(version)),
    setAlias: (model, alias, version) => thenKick(primary.setAlias(model, alias, version)),
    tag: (model, version, tags) => thenKick(primary.tag(model, version, tags)),
    remove: (model, version) => thenKick(primary.remove(model, version)),

    async prune(limits, options) {
      // Removals are not repeated over there, and what was not yet is kept in the journal.
      const taken = position ?? (await primary.position(follower));
      return primary.prune({ ...limits, followed: Math.min(taken, limits.followed ?? Infinity) }, options);
    },

    async mirrorState() {
      return { waiting: await countWaiting(), delivered, refused, lastError };
    },

    async caughtUp() {
      while ((await countWaiting()) > 0) {
        if (closing !== null)
          throw new AdapterError("mirror", "the registry was closed before the replica had everything", {
            code: "CLOSED",
          });
        kick();
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, 20))]);
      }
    },

    async pullAliases() {
      const moves = await pullAliases(primary, replica, position ?? (await primary.position(follower)), pair);
      if (moves.length > 0) kick();
      return moves;
    },

    close() {
      closing ??= (async () => {
        wake();
        // A replica that does not answer must not keep a service from ending: what is under way is done again after the next start.
        await Promise.race([running, new Promise((resolve) => setTimeout(resolve, CLOSE_MILLIS).unref())]);
        await Promise.all([replica.close(), primary.close()]);
      })();
      wake();
      return closing;
    },
  };
}

/** Over there it is not, which is what was wanted. */
async function unlessAbsent(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AdapterError && error.code === "NOT_FOUND")) throw error;
  }
}
