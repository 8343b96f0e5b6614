import { createHash } from "node:crypto";
import type { JobName, JobResult } from "./jobs.js";
import { pack, unpack } from "./pack.js";

/** Services and workers meet in the queue of this name: its number goes up when either could misread the other. */
export const QUEUE = "jobs-2";
export const PREFIX = "loadcast";

/** Where ids of running jobs are published that nobody waits for any more. */
export const cancelChannel = (prefix: string, queue: string) => `${prefix}:${queue}:cancel`;

/** The reason a job that was stopped ends with. */
export const STOPPED = "stopped";

/** What a job carries. */
export interface JobData {
  readonly input: unknown;
}

export const packResult = <K extends JobName>(result: JobResult<K>): unknown => pack(result);
export const unpackResult = <K extends JobName>(packed: unknown): JobResult<K> => unpack(packed) as JobResult<K>;

/** The same job and key give the same id, on every machine. */
export function jobId(job: JobName, key: string): string {
  return `${job}-${createHash("sha256").update(key).digest("base64url")}`;
}
