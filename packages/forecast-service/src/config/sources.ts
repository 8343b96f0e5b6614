import { z } from "zod";
import {
  address,
  choice,
  duration,
  group,
  list,
  listed,
  patterns,
  secret,
  secretFile,
  table,
  text,
  yesNo,
} from "./values.js";

const HTTP = ["http:", "https:"];

export const entryName = (kind: string) =>
  text(
    `What it is called in messages, in \`/health/ready\` and in the names of its environment variables. Default: ${kind}.`,
    "a name of letters, digits, - and _",
    /^[A-Za-z][A-Za-z0-9_-]*$/,
  ).prefault(kind);

/** How to log in, the same for every server. */
export const credentials = {
  token: secret("Sent as a bearer token.").optional(),
  tokenFile: secretFile("token").optional(),
  username: text("Sent with the password.", "a user name").optional(),
  password: secret("Sent with the user name.").optional(),
  passwordFile: secretFile("password").optional(),
};

/** InfluxDB 2 knows tokens only. */
export const influxAccess = {
  org: text("Organisation.", "the name of an organisation"),
  token: secret("An API token; this or `tokenFile` is needed.").optional(),
  tokenFile: secretFile("token").optional(),
};

const timeout = duration("Longest wait for one answer.", "1s", "10m").prefault("15s");

/** How a server is followed. */
const polling = {
  every: duration("How often new samples are asked for. One query fetches all hosts of a metric.", "1s", "1h").prefault(
    "1m",
  ),
  overlap: duration("What is read again each time, because samples may arrive late.", "1s", "7d").prefault("10m"),
  backfill: duration("How much of the past is fetched at the first start.", "1m", "400d").prefault("14d"),
  hosts: patterns("Only hosts whose name here fits one of these.").prefault("*"),
};

const rename = table(
  "Hosts by what they are called in the source, and the name they get here. A host that changes its label keeps its history and model.",
  text("Name of the host here.", "a host name"),
  "names, such as { 10.0.0.7:9100: web-1 }",
).prefault({});

const prometheusMetric = z
  .union(
    [
      z.string(),
      z.strictObject({ query: text("Evaluated at every step.", "PromQL") }),
      z.strictObject({ samples: text("Read as they were scraped.", "a selector") }),
    ],
    {
      error: () => "PromQL with $selector where the labels of a host go, or { samples: 'node_load1{$selector}' }",
    },
  )
  .transform((metric) => (typeof metric === "string" ? { query: metric } : metric))
  .meta({
    description:
      "PromQL that is evaluated, with `$selector` where the labels of a host go and `$label` for the name of the host label. As `{ samples: … }` a plain selector whose samples are read as they were scraped.",
  });

const prometheus = group("Prometheus, or what speaks its HTTP API.", {
  kind: z.literal("prometheus"),
  name: entryName("prometheus"),
  url: address("Address of the server.", HTTP, "http://127.0.0.1:9090"),
  ...credentials,
  preset: choice("Which exporter the hosts run; gives `cpu_percent` and `memory_percent`.", [
    "node-exporter",
    "windows-exporter",
    "none",
  ]).prefault("node-exporter"),
  metrics: table(
    "More metrics, or others for those of the preset, by the name they have here.",
    prometheusMetric,
    "names with PromQL, such as { load1: 'node_load1{$selector}' }",
  ).prefault({}),
  hostLabel: text(
    "Label that tells hosts apart; its value is the host.",
    "a label name",
    /^[A-Za-z_][A-Za-z0-9_]*$/,
  ).prefault("instance"),
  match: table(
    "Only what has these labels: a name and a pattern, or several of which one has to fit.",
    patterns("The values of one label."),
    "labels with patterns, such as { job: node, env: 'prod-*' }",
  ).prefault({}),
  step: duration("How often a query is evaluated in a range.", "1s", "1h").prefault("15s"),
  timeout,
  ...polling,
  rename,
});

const tags = table(
  "Only rows with these tags: the value, or several of which one has to be there.",
  z.union([z.string(), z.array(z.string()).min(1)]),
  "tags with their values, such as { cpu: cpu-total }",
);

const influxField = group("One field of a measurement.", {
  measurement: text("The measurement.", "a measurement"),
  field: text("Its field.", "a field"),
  tags: tags.optional(),
  counter: yesNo("The field counts upwards: its rate per second is read.").optional(),
  combine: choice("What becomes of several series of one host (of each CPU, each disk).", [
    "mean",
    "sum",
    "min",
    "max",
  ]).optional(),
});

const influxMetric = z.union(
  [
    influxField,
    group("A formula over fields.", {
      formula: text("Such as `100 * (1 - free / total)`, with the names of `inputs`.", "a formula"),
      inputs: table(
        "Fields by the name they have in the formula.",
        influxField,
        "names with a measurement and a field",
      ),
    }),
  ],
  { error: () => "{ measurement: cpu, field: usage_idle }, or { formula: '100 - idle', inputs: { idle: … } }" },
);

const influxdb = group("InfluxDB 2.", {
  kind: z.literal("influxdb"),
  name: entryName("influxdb"),
  url: address("Address of the server.", HTTP, "http://127.0.0.1:8086"),
  ...influxAccess,
  bucket: text("Bucket that is read.", "the name of a bucket"),
  preset: choice(
    "What wrote the bucket; gives `cpu_percent` and `memory_percent`. any: whichever of the others a host has.",
    ["any", "telegraf", "node-exporter", "windows-exporter", "none"],
  ).prefault("any"),
  metrics: table(
    "More metrics, or others for those of the preset, by the name they have here.",
    influxMetric,
    "names with a measurement and a field",
  ).prefault({}),
  hostTag: text("Tag that tells hosts apart; its value is the host.", "a tag name").prefault("host"),
  match: tags.prefault({}),
  timeout,
  ...polling,
  rename,
});

const csv = group("A CSV file of time and value, read again when it changes.", {
  kind: z.literal("csv"),
  name: entryName("csv"),
  path: text("The file; a relative path begins at the folder of the configuration file.", "the name of a file"),
  host: text("Host of the series.", "a host name").prefault("csv"),
  metric: text("Metric of the series. Default: the file's name without its ending.", "a metric").optional(),
  timeColumn: text("Column of the time. Default: found by its name.", "the name of a column").optional(),
  valueColumn: text("Column of the value. Default: found by its name.", "the name of a column").optional(),
  every: polling.every,
});

const parquet = group("Parquet files with one row for each sample.", {
  kind: z.literal("parquet"),
  name: entryName("parquet"),
  path: text(
    "A file, or a pattern such as `metrics/*.parquet`; a relative path begins at the folder of the configuration file.",
    "the name of a file",
  ),
  host: text("Host of all rows where no column names it.", "a host name").optional(),
  metric: text("Metric of all rows where no column names it.", "a metric").optional(),
  hostColumn: text("Column that names the host.", "the name of a column").optional(),
  metricColumn: text("Column that names the metric.", "the name of a column").optional(),
  timeColumn: text("Column of the time. Default: found by its name.", "the name of a column").optional(),
  valueColumn: text("Column of the value. Default: found by its name.", "the name of a column").optional(),
  every: polling.every,
});

const host = group("CPU and memory of the machine that Loadcast runs on, read every `intervals.collect`.", {
  kind: z.literal("host"),
  name: entryName("host"),
  host: text("What this machine is called. Default: its host name.", "a host name").optional(),
});

export const SOURCE_KINDS = ["host", "prometheus", "influxdb", "csv", "parquet"] as const;

const source = z.discriminatedUnion("kind", [host, prometheus, influxdb, csv, parquet], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? `one of ${SOURCE_KINDS.join(", ")}`
      : `a source, such as { kind: prometheus, url: "http://127.0.0.1:9090" }`,
});

export type SourceConfig = z.output<typeof source>;

export const sources = list("Where samples come from. Everything that is read goes to the embedded store.", source)
  .superRefine((entries, context) => uniqueNames(entries, context))
  .prefault([{ kind: "host" }]);

/** Names are used in messages and environment variables, so they must tell entries apart. */
export function uniqueNames(entries: readonly { readonly name: string }[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  entries.forEach(({ name }, i) => {
    const key = name.toUpperCase().replaceAll("-", "_");
    const first = seen.get(key);
    if (first === undefined) seen.set(key, i);
    else {
      context.addIssue({
        code: "custom",
        path: [i, "name"],
        message: `different from that of entry ${first + 1}: give ${listed([`"${name}"`])} another name`,
        input: name,
      });
    }
  });
}
