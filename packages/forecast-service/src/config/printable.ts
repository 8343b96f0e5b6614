import { isRecord } from "./document.js";
import type { Config } from "./schema.js";

/** Settings as they can be written into a file again: durations in seconds, secrets hidden. */
export function printable(config: Config): unknown {
  return show(config, []);
}

/** Settings that count milliseconds. */
const DURATIONS =
  /^(intervals\.\w+|training\.history|series\.history|retention\.(raw|downsampled|runs)|http\.rateLimit\.per|(sources|sinks|mlflow)\.(every|overlap|backfill|step|timeout|horizons))$/;

function show(value: unknown, path: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((entry) => show(entry, path));
  if (isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => [key, show(inner, [...path, key])]),
    );
  }
  const key = path.at(-1) ?? "";
  if (key === "token" || key === "password") return "(hidden)";
  if (typeof value === "string") return key === "url" ? value.replace(/\/\/[^/@]*@/, "//(hidden)@") : value;
  return typeof value === "number" && DURATIONS.test(path.join(".")) ? `${value / 1000}s` : value;
}
