import { quote, SarimaError } from "./errors.js";
import { type CheckedSpec, type SarimaSpec, validateSpec } from "./spec.js";

/** Reads the fields of an untrusted document one by one; each function returns a checked copy or throws INVALID_DOCUMENT. */

const MAX_LIST = 100_000;

export function invalid(name: string, expected: string, received: unknown): SarimaError {
  return new SarimaError("INVALID_DOCUMENT", `${name} must be ${expected}; received ${quote(received)}`);
}

/** An object with exactly these fields; with `some`, with none but these. */
export function record<K extends string>(
  value: unknown,
  name: string,
  fields: readonly K[],
  some = false,
): Record<K, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalid(name, "an object", value);
  // Without a prototype, so that a missing field is never found on one.
  const out = Object.create(null) as Record<K, unknown>;
  for (const key of Object.keys(value)) {
    if (!(fields as readonly string[]).includes(key)) throw invalid(name, "without unknown fields", key);
  }
  for (const field of fields) {
    if (Object.hasOwn(value, field)) out[field] = (value as Record<string, unknown>)[field];
    else if (!some) throw invalid(`${name}.${field}`, "there", undefined);
  }
  return out;
}

export function list<T>(value: unknown, name: string, item: (value: unknown, name: string) => T): T[] {
  if (!Array.isArray(value) || value.length > MAX_LIST) throw invalid(name, `an array of at most ${MAX_LIST}`, value);
  return value.map((entry, i) => item(entry, `${name}[${i}]`));
}

export function finite(value: unknown, name: string): number {
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(name, "a finite number", value);
  return value;
}

export function whole(value: unknown, name: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max) {
    throw invalid(name, `a whole number from ${min} to ${max}`, value);
  }
  return value;
}

export function truth(value: unknown, name: string): boolean {
  if (typeof value !== "boolean") throw invalid(name, "true or false", value);
  return value;
}

export function text(value: unknown, name: string, maxLength: number): string {
  if (typeof value !== "string" || value.length > maxLength) {
    throw invalid(name, `a text of at most ${maxLength} characters`, value);
  }
  return value;
}

export function spec(value: unknown): CheckedSpec {
  const doc = record(value, "spec", ["order", "seasonal", "mean"]);
  try {
    return validateSpec({
      order: list(doc.order, "spec.order", finite) as unknown as SarimaSpec["order"],
      seasonal: list(doc.seasonal, "spec.seasonal", finite) as unknown as NonNullable<SarimaSpec["seasonal"]>,
      mean: truth(doc.mean, "spec.mean"),
    });
  } catch (cause) {
    if (cause instanceof SarimaError && cause.code === "INVALID_DOCUMENT") throw cause;
    throw new SarimaError("INVALID_DOCUMENT", `spec: ${(cause as Error).message}`, { cause });
  }
}
