import { z } from "zod";
import { credentials, entryName, influxAccess, uniqueNames } from "./sources.js";
import { address, duration, group, list, text } from "./values.js";

const HTTP = ["http:", "https:"];

const influxdb = group(
  "InfluxDB 2: every forecast with its future time stamps, as measurement `loadcast_forecast`. What the server has not taken yet waits in the data folder.",
  {
    kind: z.literal("influxdb"),
    name: entryName("influxdb"),
    url: address("Address of the server.", HTTP, "http://127.0.0.1:8086"),
    ...influxAccess,
    bucket: text("Bucket that is written.", "the name of a bucket"),
    timeout: duration("Longest wait for one answer.", "1s", "10m").prefault("15s"),
  },
);

const prometheus = group("Gauges on `/metrics`, to be scraped.", {
  kind: z.literal("prometheus"),
  name: entryName("prometheus"),
  horizons: list("How far ahead the gauges look.", duration("A horizon.", "5m", "4h")).prefault(["5m", "1h", "4h"]),
});

const sink = z.discriminatedUnion("kind", [influxdb, prometheus], {
  error: (issue) =>
    issue.code === "invalid_union"
      ? "one of influxdb, prometheus"
      : `a sink, such as { kind: influxdb, url: "http://127.0.0.1:8086", bucket: forecasts }`,
});

export type SinkConfig = z.output<typeof sink>;

export const sinks = list("Where forecasts go besides the embedded store.", sink)
  .superRefine((entries, context) => uniqueNames(entries, context))
  .prefault([{ kind: "prometheus" }]);

/** Where models are registered besides the embedded registry. */
export const mlflow = group(
  "MLflow: every training becomes a run, every model a registered version, and Loadcast deletes none of them there. Without it models are kept in the data folder only.",
  {
    url: address("Address of the tracking server.", HTTP, "http://127.0.0.1:5000"),
    experiment: text("Experiment of the runs.", "the name of an experiment").prefault("loadcast"),
    ...credentials,
    timeout: duration("Longest wait for one answer.", "1s", "10m").prefault("15s"),
  },
).nullable();
