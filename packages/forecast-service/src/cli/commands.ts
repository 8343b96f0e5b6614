import type { CommandDef } from "citty";

// biome-ignore lint/suspicious/noExplicitAny: a command is contravariant in its arguments, so no other type holds them all; citty does the same
export type Command = CommandDef<any>;
export type Commands = Readonly<Record<string, () => Promise<Command>>>;

/** Loaded when they are called: `forecast` has no use for a web server, and starts in a third of the time without it. */
export const COMMANDS: Commands = {
  serve: async () => (await import("./commands/serve.js")).default,
  forecast: async () => (await import("./commands/forecast.js")).default,
  backtest: async () => (await import("./commands/backtest.js")).default,
  ingest: async () => (await import("./commands/ingest.js")).default,
  preprocess: async () => (await import("./commands/preprocess.js")).default,
  train: async () => (await import("./commands/train.js")).default,
  predict: async () => (await import("./commands/predict.js")).default,
  run: async () => (await import("./commands/run.js")).default,
  models: async () => (await import("./commands/models.js")).default,
  import: async () => (await import("./commands/import.js")).default,
  export: async () => (await import("./commands/export.js")).default,
  worker: async () => (await import("./commands/worker.js")).default,
  config: async () => (await import("./commands/config.js")).default,
  completion: async () => (await import("./commands/completion.js")).completion(COMMANDS),
};

/** How each command is called, shown under its help. */
export const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  serve: ["loadcast serve --port 9090 --data /var/lib/loadcast"],
  forecast: [
    "loadcast forecast cpu.csv --horizon 24 --plot",
    "loadcast forecast cpu.csv --svg cpu.svg --json > cpu.json",
  ],
  backtest: ["loadcast backtest web-1/cpu_percent", "loadcast backtest cpu.csv --horizon 24 --origins 20"],
  ingest: ["loadcast ingest --config loadcast.yaml"],
  preprocess: ["loadcast preprocess", "loadcast preprocess web-1/cpu_percent --format csv > grid.csv"],
  train: ["loadcast train web-1/cpu_percent", "loadcast train --url http://127.0.0.1:8080"],
  predict: ["loadcast predict web-1/cpu_percent --format csv"],
  run: ["loadcast run --data ./data"],
  models: ["loadcast models list"],
  "models list": ["loadcast models list --json"],
  "models versions": ["loadcast models versions web-1/cpu_percent"],
  "models show": ["loadcast models show web-1/cpu_percent 7"],
  "models promote": ["loadcast models promote web-1/cpu_percent 7"],
  "models rollback": ["loadcast models rollback web-1/cpu_percent --url http://127.0.0.1:8080"],
  "models push": ["loadcast models push --mlflow http://127.0.0.1:5000"],
  import: ["loadcast import cpu.csv --host web-1 --dry-run", "loadcast import metrics.parquet"],
  export: [
    "loadcast export --series 'web-*/cpu_percent' --from 7d > cpu.csv",
    "loadcast export forecasts --from 1d --out forecasts.parquet",
  ],
  worker: ["loadcast worker --redis redis://queue:6379 --threads 4"],
  config: ["loadcast config check --config loadcast.yaml"],
  "config check": ["loadcast config check --config loadcast.yaml"],
  "config schema": ["loadcast config schema > loadcast.schema.json"],
  "config reference": ["loadcast config reference > settings.md"],
  completion: ["source <(loadcast completion bash)"],
};
