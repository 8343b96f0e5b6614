/**
 * A failure that people are told about in one line. `code` is stable and machine-readable, `message` names the thing, the value and the remedy.
 * What stands behind it belongs in `cause`.
 */
export class LoadcastError extends Error {
  readonly code: string;
  /** What the CLI exits with: 1 it failed, 2 it was used or set up wrongly. */
  readonly exitCode: 1 | 2;

  constructor(code: string, message: string, options: { exitCode?: 1 | 2; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "LoadcastError";
    this.code = code;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A flag, an argument or a setting that cannot be used. */
export function usageError(message: string, code = "USAGE"): LoadcastError {
  return new LoadcastError(code, message, { exitCode: 2 });
}

/** The words of anything thrown, on one line. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.replace(/\s+/g, " ").trim();
}

/** The stable code of anything thrown, or `fallback`. */
export function errorCode(error: unknown, fallback = "INTERNAL"): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : fallback;
}
