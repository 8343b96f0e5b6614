import { type ConfigInput, checkConfig } from "./config/check.js";
import type { UnknownVariable } from "./config/environment.js";
import type { Config } from "./config/schema.js";
import { usageError } from "./errors.js";

export { type CheckedConfig, type ConfigInput, checkConfig } from "./config/check.js";
export { ENVIRONMENT, type UnknownVariable } from "./config/environment.js";
export type { Config, ModelKind } from "./config/schema.js";
export { type SeriesSettings, seriesSettings } from "./config/series-settings.js";

/**
 * Reads all settings; see {@link checkConfig}. What comes back is one object for the life of the service: a reload (SIGHUP) changes the
 * sections that can change while it runs in place, so read a setting where it is used and do not keep copies of it.
 *
 * @param warn is told of variables that look like settings and are none
 * @throws LoadcastError `BAD_SETTING` (exit code 2): one line that names the first setting that is wrong, its value and what it must be.
 */
export function loadConfig(
  input: ConfigInput = {},
  warn: (unknown: readonly UnknownVariable[]) => void = () => {},
): Config {
  const { config, problems, unknown } = checkConfig(input);
  warn(unknown);
  if (config) return config;
  const more = problems.length - 1;
  const rest = more === 0 ? "" : ` (and ${more} more; loadcast config check lists them)`;
  throw usageError(`${problems[0].message}${rest}`, "BAD_SETTING");
}
