import { AdapterError } from "../../errors.js";
import { checkForecast } from "../../stored-forecast.js";
import type { MetricSink, StoredForecast } from "../../types.js";
import { connect, type InfluxdbOptions, NAME } from "./connection.js";
import { lineWriter } from "./line-protocol.js";

export interface InfluxdbSinkOptions extends InfluxdbOptions {
  /** Default "loadcast_forecast". */
  readonly measurement?: string;
}

export interface InfluxdbSink extends MetricSink {
  open(): Promise<void>;
  /** Writes several forecasts in one request: all of them or, when one is not valid, none. */
  writeForecasts(forecasts: readonly StoredForecast[]): Promise<void>;
}

/**
 * Writes forecasts to InfluxDB 2 with their true, future time stamps: measurement `loadcast_forecast`, tags host, metric and model,
 * fields mean, median, lower80, upper80 and so on, model_version and issued_at (milliseconds). A dashboard that looks to `now+4h` shows
 * them beside what was measured.
 *
 * A point has one value for each time, so of forecasts that overlap the one written last is seen; writing one twice leaves one copy.
 * A forecast is stored when its promise resolves; nothing is held back here (see `spooledSink`).
 */
export function influxdbSink(options: InfluxdbSinkOptions): InfluxdbSink {
  const { measurement = "loadcast_forecast" } = options;
  if (!/^[A-Za-z][\w.-]*$/.test(measurement)) {
    throw new AdapterError(
      NAME,
      `measurement must begin with a letter and hold letters, digits, "_", "." and "-" only, got ${JSON.stringify(measurement)}`,
      { code: "INVALID_ARGUMENT" },
    );
  }
  const connection = connect(options);
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new AdapterError(NAME, "the sink is closed; make a new one", { code: "CLOSED" });
  };

  const write = async (forecasts: readonly StoredForecast[]) => {
    checkOpen();
    const checked = forecasts.map((forecast) => checkForecast(NAME, forecast));
    const { forecast: linesOf } = await lineWriter(measurement);
    const lines = checked.flatMap(linesOf);
    if (lines.length > 0) await connection.write(`${lines.join("\n")}\n`);
  };

  return {
    name: NAME,

    /** Writes nothing, which fails as a write would: without server, bucket or permission. */
    async open() {
      checkOpen();
      await connection.write("");
    },

    writeForecast: (forecast) => write([forecast]),
    writeForecasts: write,

    async close() {
      closed = true;
    },
  };
}
