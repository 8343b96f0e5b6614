import { AdapterError, type DuckdbStore, duckdbStore } from "@loadcast/metrics-io";
import type { Config } from "../config.js";
import { LoadcastError } from "../errors.js";
import { configFrom } from "./settings-flags.js";

/** The store alone, opened for one command. */
export interface OpenedStore {
  readonly store: DuckdbStore;
  readonly config: Config;
  /** Fires with Ctrl-C. */
  readonly signal: AbortSignal;
  close(): Promise<void>;
}

/** Opens the store; whoever asks for it closes it. */
export async function openStore(args: Readonly<Record<string, unknown>>): Promise<OpenedStore> {
  const config = configFrom(args);
  const store = duckdbStore({ path: config.data });
  await store.open().catch((error: unknown) => {
    throw explainInUse(error, config.data);
  });
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  return {
    store,
    config,
    signal: controller.signal,
    close() {
      process.off("SIGINT", onSignal);
      process.off("SIGTERM", onSignal);
      return store.close();
    },
  };
}

/** Opens the store for one command, and closes it whatever happens. */
export async function withStore<T>(
  args: Readonly<Record<string, unknown>>,
  work: (store: DuckdbStore, config: Config, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { store, config, signal, close } = await openStore(args);
  try {
    const result = await work(store, config, signal);
    if (signal.aborted) throw new LoadcastError("ABORTED", "stopped before it was done");
    return result;
  } finally {
    await close();
  }
}

/** What to do about a folder that a running service has open. */
export function explainInUse(error: unknown, folder: string): unknown {
  if (!(error instanceof AdapterError) || error.code !== "IN_USE") return error;
  const holder = /\(PID \d+\)/.exec(error.message)?.[0];
  return new LoadcastError(
    "IN_USE",
    `${folder} is in use by another process${holder ? ` ${holder}` : ""}: ask it with --url http://127.0.0.1:8080 where this command can, or stop it`,
    { cause: error },
  );
}
