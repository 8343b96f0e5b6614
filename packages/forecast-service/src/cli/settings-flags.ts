import type { ArgsDef } from "citty";
import { type Config, type ConfigInput, loadConfig, type UnknownVariable } from "../config.js";

/** Flags of every command that opens the store. */
export const settingsFlags = {
  config: { type: "string", description: "YAML file with settings (LOADCAST_CONFIG)", valueHint: "FILE" },
  data: { type: "string", description: "folder of the store (LOADCAST_DATA; ./data)", valueHint: "FOLDER" },
  demo: {
    type: "boolean",
    description: "an empty store begins with a synthetic host (LOADCAST_DEMO; true)",
    negativeDescription: "without the synthetic host",
  },
  log: {
    type: "string",
    description: "how much is said (LOADCAST_LOG; info)",
    valueHint: "silent|warn|info|debug",
  },
} satisfies ArgsDef;

/** Flags of `serve` on top of those. */
export const listenFlags = {
  host: { type: "string", description: "address to listen on (LOADCAST_HOST; 127.0.0.1)", valueHint: "ADDRESS" },
  port: { type: "string", description: "port to listen on, 0 for any (LOADCAST_PORT; 8080)", valueHint: "PORT" },
} satisfies ArgsDef;

type Given = Readonly<Record<string, unknown>>;

/** Where settings come from: flags, environment and file. */
export function configInput(args: Given, defaults: Given = {}): ConfigInput {
  const flags: Record<string, readonly [string, unknown]> = {};
  for (const name of ["host", "port", "data", "demo", "log"]) {
    if (args[name] !== undefined) flags[name] = [`--${name}`, args[name]];
  }
  const env: Record<string, string | undefined> = { ...process.env };
  for (const [name, value] of Object.entries(defaults)) env[name] ??= String(value);
  return { env, flags, ...(typeof args.config === "string" ? { file: args.config } : {}) };
}

/** Settings from flags, environment and file, with a word about variables that look like settings and are none. */
export function configFrom(args: Given, defaults: Given = {}): Config {
  return loadConfig(configInput(args, defaults), warnOfVariables);
}

export function warnOfVariables(unknown: readonly UnknownVariable[]): void {
  for (const { name, meant } of unknown) {
    const instead = meant === null ? "" : `; did you mean ${meant}?`;
    process.stderr.write(`warning: ${name} is set, but there is no such setting${instead}\n`);
  }
}
