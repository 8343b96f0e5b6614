/** What went wrong, for programs. Codes are stable; messages may be reworded. */
export type AdapterErrorCode =
  | "INVALID_ARGUMENT" // the caller gave a value of the wrong type, shape or range
  | "UNKNOWN_SERIES" // the source holds no such series
  | "INVALID_DATA" // what was read is not of the expected form: a broken file, a wrong answer
  | "NOT_FOUND" // the file, folder, bucket or address is not there
  | "NOT_ALLOWED" // permissions: a folder that cannot be written, a refused token
  | "IN_USE" // another process or another store of this process holds it
  | "UNAVAILABLE" // the other side cannot be reached or is too slow; a later try may work
  | "OVERFLOW" // more is waiting to be written than may be held
  | "ABORTED" // the caller's AbortSignal fired
  | "CLOSED" // close() was called before
  | "FAILED"; // anything else the client reported

/**
 * The one error that adapters throw. `message` is one line: the adapter's name, what happened, and what to do about it. `cause` is
 * the error of the underlying client, where there is one.
 */
export class AdapterError extends Error {
  readonly adapter: string;
  readonly code: AdapterErrorCode;
  /** The HTTP status, where a server answered with one that is not 2xx. */
  readonly status?: number;
  /** How long the server asked to be left alone, where it did. */
  readonly retryAfterMillis?: number;

  constructor(adapter: string, message: string, options: AdapterErrorOptions = {}) {
    super(`${adapter}: ${oneLine(message)}`, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "AdapterError";
    this.adapter = adapter;
    this.code = options.code ?? "FAILED";
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfterMillis !== undefined) this.retryAfterMillis = options.retryAfterMillis;
  }
}

export interface AdapterErrorOptions extends ErrorOptions {
  readonly code?: AdapterErrorCode;
  readonly status?: number;
  readonly retryAfterMillis?: number;
}

/** An AdapterError as it is; anything else wrapped as one, its own message after `doing`. */
export function asAdapterError(adapter: string, doing: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new AdapterError(adapter, `${doing}: ${reason}`, { cause: error });
}

/** Messages of clients come with stack-like tails over several lines; a log or a terminal wants one. */
function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, " ").trim();
}
