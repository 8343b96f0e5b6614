/** Why a call was refused. Codes are stable: programs may branch on them; messages may be reworded. */
export type SarimaErrorCode =
  | "INVALID_ARGUMENT" // a value of the wrong type, shape or range
  | "INVALID_ORDER" // orders that are not whole numbers of a usable size
  | "INVALID_PARAMS" // parameters of the wrong number or outside their domain
  | "NON_STATIONARY" // an autoregressive factor with a root on or inside the unit circle
  | "NON_FINITE" // ±Infinity in data, or data that overflow
  | "TOO_SHORT" // fewer observations than the model needs
  | "SINGULAR" // regressors that cannot be told apart
  | "NOT_CONVERGED" // no usable optimum was found
  | "ABORTED" // the caller's AbortSignal fired
  | "INVALID_DOCUMENT"; // fromJSON was given something that toJSON did not write

/** Every error thrown by this library. `message` names the argument, the value and the remedy. */
export class SarimaError extends Error {
  readonly code: SarimaErrorCode;

  constructor(code: SarimaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "SarimaError";
    this.code = code;
  }
}

/** Throws when the caller's signal has fired. Long computations call it between evaluations. */
export function throwIfAborted(signal: AbortSignal | null | undefined): void {
  if (signal === undefined || signal === null) return;
  if (typeof signal.aborted !== "boolean") {
    throw new SarimaError("INVALID_ARGUMENT", `signal must be an AbortSignal; received ${quote(signal)}`);
  }
  if (signal.aborted) {
    throw new SarimaError("ABORTED", "the computation was stopped by its AbortSignal", { cause: signal.reason });
  }
}

/** A value as an error message quotes it: short, and safe for any type. */
export function quote(value: unknown, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) {
    if (depth > 2) return "[…]";
    const entries = value.slice(0, 8).map((entry) => quote(entry, depth + 1));
    return `[${entries.join(", ")}${value.length > 8 ? ", …" : ""}]`;
  }
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null)
    return ArrayBuffer.isView(value) ? value.constructor.name : "an object";
  return String(value);
}
