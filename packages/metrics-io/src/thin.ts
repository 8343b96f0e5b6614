import { AdapterError } from "./errors.js";

/**
 * At most `limit` of the items, evenly spread over them, the first and the last among them; of one, the last.
 * Throws AdapterError (INVALID_ARGUMENT) unless `limit` is a whole number ≥ 1 or Infinity.
 */
export function thinEvenly<T>(adapter: string, items: readonly T[], limit: number): T[] {
  if (!(limit >= 1 && (limit === Infinity || Number.isSafeInteger(limit)))) {
    throw new AdapterError(adapter, `limit must be a whole number ≥ 1, got ${String(limit)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  if (items.length <= limit) return [...items];
  if (limit === 1) return items.slice(-1);
  return Array.from({ length: limit }, (_, i) => items[Math.round((i * (items.length - 1)) / (limit - 1))]);
}
