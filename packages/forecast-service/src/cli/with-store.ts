import { existsSync } from "node:fs";
import { AdapterError, type DuckdbStore, databaseFile, duckdbStore } from "@loadcast/metrics-io";
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

/**
 * Opens the store; whoever asks for it closes it.
 *
 * @param make false: there has to be one. A folder whose name was mistyped would look as if it held nothing.
 */
export async function openStore(args: Readonly<Record<string, unknown>>, make = true): Promise<OpenedStore> {
  const config = configFrom(args);
  if (!make) checkThereIsOne(config.data);
  const store = duckdbStore({ path: config.data });
  await store.open().catch((error: unknown) => {
    throw explainInUse(error, config);
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

/** @throws LoadcastError `NO_STORE` */
export function checkThereIsOne(folder: string): void {
  if (existsSync(databaseFile(folder))) return;
  throw new LoadcastError(
    "NO_STORE",
    `there is no store in ${folder}: name its folder with --data; loadcast serve, run or import makes one`,
    { exitCode: 2 },
  );
}

/** Opens a store that is there for one command, and closes it whatever happens. @throws LoadcastError `ABORTED` after Ctrl-C, however the work ended */
export async function withStore<T>(
  args: Readonly<Record<string, unknown>>,
  work: (store: DuckdbStore, config: Config, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { store, config, signal, close } = await openStore(args, false);
  try {
    return await work(store, config, signal).finally(() => {
      if (signal.aborted) throw new LoadcastError("ABORTED", "stopped before it was done");
    });
  } finally {
    await close();
  }
}

/** What to do about a folder that a running service has open. */
export function explainInUse(error: unknown, { data, host, port }: Config): unknown {
  if (!(error instanceof AdapterError) || error.code !== "IN_USE") return error;
  const holder = /\(PID \d+\)/.exec(error.message)?.[0];
  return new LoadcastError(
    "IN_USE",
    `${data} is in use by another process${holder ? ` ${holder}` : ""}: ask it with --url ${addressOf(host, port)} where this command can, or stop it`,
    { cause: error },
  );
}

/** Where a service with these settings would answer on this machine. */
function addressOf(host: string, port: number): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port || 8080}`;
}
