import { type JournaledRegistry, type ModelRegistry, mirrorRegistry, mlflowRegistry } from "@loadcast/metrics-io";
import type { Clock } from "../clock.js";
import type { Config } from "../config.js";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import type { SinkState } from "./sinks.js";

/** An alias that somebody moved on MLflow's own page. */
export interface MovedAlias {
  readonly model: string;
  readonly alias: string;
  readonly version: number;
}

/** The registry that the pipeline works with, and MLflow behind it where there is one. */
export interface ModelsHome {
  readonly registry: ModelRegistry;
  /** Empty without MLflow. */
  states(): Promise<SinkState[]>;
  /** Looks now and from time to time whether aliases were moved in MLflow, and so learns whether it is there when nothing is to be delivered. */
  watch(moved: (alias: MovedAlias) => void): void;
  /** Stops looking. The registry is closed by whoever works with it. */
  stop(): void;
}

/** As long as a promotion on MLflow's page may take to be in force here, and as it may be away before that is known. */
const LOOK_EVERY = 60_000;
/** While it is away: its return is known sooner. */
const LOOK_AGAIN = 15_000;

/**
 * Models are kept in the data folder, and with `mlflow` in the configuration every training, version and alias is repeated there. Nothing
 * waits for MLflow: while it is away, what it has missed is kept for it.
 */
export async function openModels(
  config: Pick<Config, "mlflow">,
  primary: JournaledRegistry,
  { clock, log }: { clock: Clock; log: Log },
): Promise<ModelsHome> {
  if (config.mlflow === null) {
    await primary.open?.();
    return { registry: primary, states: async () => [], watch: () => {}, stop: () => {} };
  }
  const { url, experiment, token, username, password, timeout } = config.mlflow;
  const onNotice = (message: string) => log.warn(`mlflow: ${message}`);
  const replica = mlflowRegistry({
    url,
    experiment,
    ...(token === undefined ? {} : { token }),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    timeoutMillis: timeout,
    retries: 0,
    onNotice,
  });
  const registry = mirrorRegistry(primary, replica, { onNotice });
  await registry.open();
  let cancel = () => {};
  let stopped = false;
  /** Why the last look failed, and how much had been delivered by then; null when it did not. */
  let away: { readonly reason: string; readonly delivered: number } | null = null;

  const look = async (moved: (alias: MovedAlias) => void) => {
    let delivered = 0;
    try {
      ({ delivered } = await registry.mirrorState());
      for (const { model, alias, to } of await registry.pullAliases()) {
        log.info(`${alias} of ${model} was moved to version ${to} in MLflow`);
        moved({ model, alias, version: to });
      }
      if (away !== null) log.info("mlflow: can be looked at again");
      away = null;
    } catch (error) {
      // What is closed under us is not away.
      if (stopped) return;
      const reason = describeError(error);
      if (away === null) log.warn(`mlflow: its aliases cannot be looked at: ${reason}`);
      away = { reason, delivered };
    }
    if (!stopped) cancel = clock.after(away === null ? LOOK_EVERY : LOOK_AGAIN, () => void look(moved));
  };

  return {
    registry,
    async states() {
      const { waiting, delivered, refused, lastError } = await registry.mirrorState();
      // What was delivered since the look says that it is back.
      const unseen = away !== null && away.delivered === delivered ? away.reason : null;
      return [{ name: "mlflow", waiting, delivered, dropped: refused, lastError: lastError?.message ?? unseen }];
    },
    watch(moved) {
      void look(moved);
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
