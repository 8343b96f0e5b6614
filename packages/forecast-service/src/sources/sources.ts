import { isDeepStrictEqual } from "node:util";
import type { MetricSource } from "@loadcast/metrics-io";
import type { Clock } from "../clock.js";
import type { Intake } from "../collector.js";
import type { SourceConfig } from "../config/sources.js";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { createFileFollower } from "./file-follower.js";
import { fileReader } from "./file-reader.js";
import { createFollower, type Follower, type SourceState } from "./follower.js";
import type { Progress } from "./progress.js";
import { openRemote } from "./remote.js";

/** Everything that is read besides this machine. */
export interface Sources {
  states(): SourceState[];
  /** Reads all of them once, up to now. What failed is thrown after the others were read. */
  ingest(signal: AbortSignal): Promise<void>;
  start(): void;
  /** Takes new entries up, lets old ones go; those that did not change go on undisturbed. */
  configure(entries: readonly SourceConfig[]): Promise<void>;
  stop(): Promise<void>;
}

export interface SourcesDependencies {
  readonly intake: Intake;
  /** Where the intake stores: asked what of a file is there already. */
  readonly store: Pick<MetricSource, "read">;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
}

/** @throws AdapterError `INVALID_ARGUMENT` for an entry that cannot be used */
export function createSources(entries: readonly SourceConfig[], dependencies: SourcesDependencies): Sources {
  const { log } = dependencies;
  let followed = remoteEntries(entries).map((entry) => ({ entry, follower: follow(entry, dependencies) }));
  let started = false;
  /** One change after the other. */
  let changing: Promise<void> = Promise.resolve();

  const configure = async (next: readonly SourceConfig[]) => {
    const kept: typeof followed = [];
    const gone: typeof followed = [];
    for (const one of followed) {
      (next.some((entry) => isDeepStrictEqual(entry, one.entry)) ? kept : gone).push(one);
    }
    const added = remoteEntries(next).filter((entry) => !kept.some((one) => isDeepStrictEqual(one.entry, entry)));
    await Promise.all(gone.map(({ follower }) => follower.stop()));
    followed = [...kept];
    for (const entry of added) {
      try {
        const follower = follow(entry, dependencies);
        followed.push({ entry, follower });
        if (started) follower.start();
      } catch (error) {
        log.warn(`the source ${entry.name} cannot be used: ${describeError(error)}`);
      }
    }
  };

  return {
    states: () => followed.map(({ follower }) => follower.state()),
    async ingest(signal) {
      const results = await Promise.allSettled(followed.map(({ follower }) => follower.catchUp(signal)));
      const failures = results.flatMap((result) =>
        result.status === "rejected" ? [describeError(result.reason)] : [],
      );
      if (failures.length > 0) throw new Error(failures.join("; "));
    },
    start() {
      started = true;
      for (const { follower } of followed) follower.start();
    },
    configure(next) {
      const change = changing.then(() => configure(next));
      changing = change.catch(() => {});
      return change;
    },
    async stop() {
      started = false;
      await changing;
      await Promise.all(followed.map(({ follower }) => follower.stop()));
    },
  };
}

type RemoteEntry = Exclude<SourceConfig, { kind: "host" }>;

function remoteEntries(entries: readonly SourceConfig[]): RemoteEntry[] {
  return entries.filter((entry): entry is RemoteEntry => entry.kind !== "host");
}

function follow(entry: RemoteEntry, dependencies: SourcesDependencies): Follower {
  const { name, kind, every } = entry;
  if (entry.kind === "csv" || entry.kind === "parquet") {
    const key = `${name} ${entry.path}`;
    return createFileFollower({ name, kind, key, every }, { ...dependencies, reader: fileReader(entry) });
  }
  const { overlap, backfill, rename, hosts } = entry;
  // Without user and password: progress is no place for secrets, and a new password is not a new source.
  const { origin, pathname } = new URL(entry.url);
  const place = `${origin}${pathname}${entry.kind === "influxdb" ? ` ${entry.org} ${entry.bucket}` : ""}`;
  return createFollower(
    { name, kind, key: `${name} ${place}`, every, overlap, backfill, rename, hosts },
    { ...dependencies, remote: openRemote(entry) },
  );
}
