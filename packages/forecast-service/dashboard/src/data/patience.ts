import { ApiError } from "./client.js";

const FIRST_MS = 5_000;
const LONGEST_MS = 60_000;

/**
 * How long to wait before a question that failed is asked again, in ms: what the service asks for, else longer each time. Null where
 * asking again would change nothing, and where there was no answer at all: whoever watches the connection asks when it is back.
 */
export function patience(error: unknown, failures: number): number | null {
  if (!(error instanceof ApiError) || (error.status !== 429 && error.status < 500)) return null;
  return error.retryAfterMs ?? Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures - 1, 10));
}
