import { availableParallelism } from "node:os";
import type { z } from "zod";
import { LOG_LEVELS } from "../log.js";
import { auth, http } from "./access.js";
import { mlflow, sinks } from "./sinks.js";
import { sources } from "./sources.js";
import {
  address,
  choice,
  decimal,
  duration,
  group,
  list,
  patterns,
  secret,
  secretFile,
  table,
  text,
  whole,
  yesNo,
} from "./values.js";

export const MODEL_KINDS = ["ensemble", "sarima"] as const;
export type ModelKind = (typeof MODEL_KINDS)[number];

const model = (description: string) => choice(description, MODEL_KINDS);
const history = (description: string) => duration(description, "6h", "400d");

const seriesRule = group("Settings for some series. Later entries win.", {
  match: group("Which series: those whose host and metric both fit.", {
    host: patterns("Hosts, such as `web-*`.").optional(),
    metric: patterns("Metrics, such as `cpu_percent`.").optional(),
  }),
  ignore: yesNo("These series are stored, but neither trained nor forecast nor shown.").optional(),
  model: model("What is trained for them.").optional(),
  history: history("History a model is trained on.").optional(),
  threshold: decimal("Limit whose crossing is forecast.").nullable().optional(),
  bounds: group("Values that are possible: others count as gaps, and no forecast leaves them.", {
    lower: decimal("Lowest value.").optional(),
    upper: decimal("Highest value.").optional(),
  })
    .refine(({ lower, upper }) => lower === undefined || upper === undefined || lower < upper, {
      error: "a lower value that is less than the upper one",
    })
    .optional(),
});

/**
 * Every setting there is. What changes here changes what a user can write, the JSON Schema and the reference in docs/configuration.md: keep
 * the words true.
 */
export const configSchema = group("Settings of Loadcast.", {
  host: text("Address to listen on.", "a host name or address to listen on, such as 127.0.0.1").prefault("127.0.0.1"),
  port: whole("Port to listen on; 0 picks a free one.", 0, 65_535, "; 0 picks a free port").prefault(8080),
  data: text(
    "Folder of the store; a relative path begins where Loadcast is started.",
    "a folder for the store, such as ./data",
  ).prefault("./data"),
  demo: yesNo(
    "An empty store begins with a synthetic host `demo`. Default: true, unless `sources` names something else than this machine.",
  ).optional(),
  log: choice("What is written to the log.", LOG_LEVELS).prefault("info"),
  threads: whole(
    "Models that are fitted at the same time. Default: one less than there are processors, from 2 to 8.",
    1,
    256,
    ": how many models are fitted at the same time",
  )
    .optional()
    .transform((threads) => threads ?? Math.max(2, Math.min(8, availableParallelism() - 1))),
  intervals: group("How often things are done.", {
    collect: duration("Reads this machine.", "250ms", "1h").prefault("15s"),
    infer: duration("Makes forecasts.", "1s", "1d").prefault("5m"),
    train: duration("Trains new versions.", "1m", "30d").prefault("1h"),
  }).prefault({}),
  sources,
  sinks,
  mlflow: mlflow.prefault(null),
  training: group("How models are made.", {
    history: history("History a model is trained on.").prefault("7d"),
    model: model("ensemble: several models combined; sarima: the best single one.").prefault("ensemble"),
  }).prefault({}),
  gate: group("What a new version must show before it goes live.", {
    enabled: yesNo("false: every new version goes live.").prefault(true),
    origins: whole("Forecasts replayed from the recent past on which it is compared.", 2, 500).prefault(4),
    margin: decimal("By what share its loss must be lower than that of the version in use.", 0, 0.5).prefault(0),
  }).prefault({}),
  thresholds: table(
    "Limits whose crossing is forecast, by metric.",
    decimal("The limit."),
    "metrics with a limit, such as { cpu_percent: 90 }",
  ).prefault({ cpu_percent: 90, memory_percent: 90 }),
  series: list("Settings for some series, chosen by patterns of host and metric.", seriesRule).prefault([]),
  executor: group("Where models are fitted.", {
    kind: choice(
      "threads: in this process; queue: by `loadcast worker` processes through Redis; inline: one after the other, for trials.",
      ["threads", "queue", "inline"],
    ).prefault("threads"),
    redis: group("Redis or Valkey of the queue.", {
      url: address("Address of the server.", ["redis:", "rediss:"], "redis://127.0.0.1:6379").prefault(
        "redis://127.0.0.1:6379",
      ),
      username: text("User.", "a user name").optional(),
      password: secret("Password.").optional(),
      passwordFile: secretFile("password").optional(),
      prefix: text(
        "Begins the name of every key, so that several services can share a server.",
        "a name of letters, digits, - and _",
        /^[\w-]+$/,
      ).prefault("loadcast"),
    }).prefault({}),
  }).prefault({}),
  retention: group(
    "What the data folder keeps; docs/pipeline.md says how large it gets. What MLflow has stays there.",
    {
      raw: duration("Samples as they came.", "1d", "400d").prefault("14d"),
      downsampled: duration("Samples as means of 5 minutes, and anomalies.", "1d", "3650d").prefault("365d"),
      versions: whole(
        "Versions of each model: its newest, beside those with an alias and those that a rollback goes to.",
        1,
        1000,
      ).prefault(4),
      runs: duration("Trainings that failed, with their reason.", "1h", "3650d").prefault("14d"),
    },
  )
    .refine(({ raw, downsampled }) => downsampled >= raw, {
      path: ["downsampled"],
      error: "a duration that is not shorter than retention.raw",
    })
    .prefault({}),
  auth,
  http,
});

/** Every setting, defaults included. */
export type Config = Omit<z.output<typeof configSchema>, "demo"> & { demo: boolean };
