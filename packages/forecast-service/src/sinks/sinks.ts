import { join } from "node:path";
import {
  influxdbSink,
  type MetricSink,
  type PrometheusSink,
  prometheusSink,
  type SpooledSink,
  spooledSink,
} from "@loadcast/metrics-io";
import type { SinkConfig } from "../config/sinks.js";
import type { Config } from "../config.js";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";

/** How a sink that forecasts are sent to does. */
export interface SinkState {
  readonly name: string;
  readonly waiting: number;
  readonly delivered: number;
  /** Forecasts that the server refuses for good, and those that there was no room for. */
  readonly dropped: number;
  readonly lastError: string | null;
}

/** Where forecasts go besides the store. */
export interface Sinks {
  readonly sinks: readonly MetricSink[];
  /** Of those that forecasts are sent to; gauges that wait to be scraped are never behind. */
  states(): SinkState[];
  /** The gauges for `/metrics`. */
  render(): string;
}

/** How long the end waits for forecasts that are on their way; what is left goes out after the next start. */
const LAST_DELIVERY = 3000;

/** Opens every sink of the configuration. One whose folder cannot be had is named in the log, and the others go on without it. */
export async function openSinks(config: Pick<Config, "sinks" | "data">, log: Log): Promise<Sinks> {
  const gauges: PrometheusSink[] = [];
  const sent: { sink: MetricSink; state: () => SinkState }[] = [];
  for (const entry of config.sinks) {
    if (entry.kind === "prometheus") {
      gauges.push(prometheusSink({ horizonSeconds: entry.horizons.map((millis) => millis / 1000) }));
    } else sent.push(await openSpooled(entry, join(config.data, "spool", entry.name), log));
  }
  return {
    sinks: [...gauges, ...sent.map(({ sink }) => sink)],
    states: () => sent.map(({ state }) => state()),
    render: () => gauges.map((sink) => sink.render()).join(""),
  };
}

type InfluxdbConfig = Extract<SinkConfig, { kind: "influxdb" }>;

async function openSpooled(entry: InfluxdbConfig, dir: string, log: Log) {
  const { name, url, org, bucket, token = "", timeout } = entry;
  const spool: SpooledSink = spooledSink(
    influxdbSink({ url, org, bucket, token, timeoutMillis: timeout, retries: 0 }),
    {
      dir,
      closeMillis: LAST_DELIVERY,
      onRejected: (_forecast, reason) => log.warn(`${name} refuses a forecast for good: ${describeError(reason)}`),
    },
  );
  let broken: string | null = null;
  let refused = 0;
  try {
    await spool.open();
  } catch (error) {
    broken = describeError(error);
    log.warn(`the sink ${name} cannot be used: ${broken}`);
  }
  const counted = async (forecasts: number, write: Promise<void>) => {
    try {
      await write;
    } catch (error) {
      refused += forecasts;
      throw error;
    }
  };
  const sink: MetricSink = {
    name,
    writeForecast: (forecast) => counted(1, spool.writeForecast(forecast)),
    writeForecasts: (forecasts) => counted(forecasts.length, spool.writeForecasts(forecasts)),
    close: () => spool.close(),
  };
  const state = (): SinkState => {
    const { waiting, delivered, rejected, lastError } = spool.stats();
    return { name, waiting, delivered, dropped: rejected + refused, lastError: lastError ?? broken };
  };
  return { sink, state };
}
