import { AdapterError } from "../../errors.js";
import { levelName } from "../../stored-forecast.js";
import type { StoredForecast } from "../../types.js";
import { NAME } from "./connection.js";

/** InfluxDB counts nanoseconds in 64 bits, which reach from 1677 to 2262. */
const MAX_TIME = 9_223_372_036_854;

/** Makes lines of InfluxDB's line protocol for one measurement, with times in milliseconds. */
export async function lineWriter(measurement: string) {
  const { escape: escaped } = await import("@influxdata/influxdb-client");

  /** Line protocol cannot say a backslash before what it escapes, nor at the end: it would be another tag, or another name. */
  const tag = (name: string, value: string): string => {
    if (/\\(?=[,= ]|$)/.test(value)) {
      throw new AdapterError(
        NAME,
        `InfluxDB cannot hold the ${name} ${JSON.stringify(value)}: a backslash may not stand before a comma, an equals sign, a space or the end; name it otherwise`,
        { code: "INVALID_ARGUMENT" },
      );
    }
    return value === "" ? "" : `,${name}=${escaped.tag(value)}`;
  };

  const name = escaped.measurement(measurement);

  return {
    /**
     * One line for each step of a checked forecast. Tags: host, metric and model (its name without version, so that a new version
     * continues the series). Fields: mean, median, lower and upper of each level ("lower80"), model_version, issued_at. A value that
     * is not finite is left out.
     * Throws AdapterError (INVALID_ARGUMENT) for what InfluxDB cannot hold.
     */
    forecast({ host, metric, issuedAt, modelVersion, times, mean, median, intervals }: StoredForecast): string[] {
      const tags = tag("host", host) + tag("metric", metric) + tag("model", modelName(modelVersion));
      const about = `model_version=${escaped.quoted(modelVersion)},issued_at=${issuedAt}i`;
      const columns: (readonly [string, readonly number[]])[] = [
        ["mean", mean],
        ["median", median],
      ];
      for (const { level, lower, upper } of intervals) {
        const name = levelName(level);
        columns.push([`lower${name}`, lower], [`upper${name}`, upper]);
      }
      return times.map((time, i) => {
        if (Math.abs(time) > MAX_TIME) {
          throw new AdapterError(NAME, `InfluxDB holds times from 1677 to 2262 only, got ${time} ms`, {
            code: "INVALID_ARGUMENT",
          });
        }
        const fields = columns
          .filter(([, values]) => Number.isFinite(values[i]))
          .map(([field, values]) => `${field}=${values[i]},`);
        return `${name}${tags} ${fields.join("")}${about} ${time}`;
      });
    },
  };
}

/** "web-1/cpu_percent@7" and "web-1/cpu_percent v7" → "web-1/cpu_percent"; a text without a version is the name. */
export function modelName(modelVersion: string): string {
  return modelVersion.replace(/(?:@[\w.-]+|\s+v?\d[\w.-]*)$/, "");
}
