import type { Log } from "../log.js";
import type { Executor } from "./executor.js";
import { inlineExecutor } from "./inline.js";
import type { RedisSettings } from "./redis.js";
import { threadsExecutor } from "./threads.js";

export interface ExecutorSettings {
  readonly kind: "threads" | "queue" | "inline";
  /** Where the queue is; only for that. */
  readonly redis: RedisSettings;
}

/** The executor that the settings ask for. @throws LoadcastError `QUEUE_UNREACHABLE` */
export async function openExecutor(settings: ExecutorSettings, threads: number, log: Log): Promise<Executor> {
  if (settings.kind === "inline") return inlineExecutor();
  if (settings.kind === "threads") return threadsExecutor({ threads });
  // Loaded only by those who use it: the client of the queue takes 0.1 s and 15 MB.
  const { queueExecutor } = await import("./queue.js");
  return queueExecutor({ redis: settings.redis, log });
}
