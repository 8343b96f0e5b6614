import { AdapterError } from "../errors.js";
import type { MetricSink, StoredForecast } from "../types.js";
import type { Waiting } from "./journal.js";

/** What a test replaces: the passing of time and chance. */
export interface SpoolEnvironment {
  readonly sleep: (millis: number, signal: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

export interface DeliveryOptions {
  readonly firstWaitMillis: number;
  readonly maxWaitMillis: number;
}

/** What delivering does with the outcome. */
export interface Outcomes {
  /** The forecasts of these, or the AdapterError (INVALID_DATA) that they cannot be read. */
  load(batch: readonly Waiting[]): Promise<StoredForecast[]>;
  delivered(batch: readonly Waiting[]): Promise<void>;
  /** It will never be taken. Kept aside when this resolves; a rejection is tried again later. */
  rejected(one: Waiting, forecast: StoredForecast | null, reason: AdapterError): Promise<void>;
  /** It was not taken this time. */
  failed(reason: unknown): void;
}

/** The server has looked at the data and will not take it, however often it is sent. */
export function isPermanent(error: unknown): error is AdapterError {
  if (!(error instanceof AdapterError)) return false;
  const { code, status } = error;
  return code === "INVALID_ARGUMENT" || status === 400 || status === 413 || status === 422;
}

/**
 * Delivers batches in the order given, each until it is taken or rejected. Whatever may pass is waited for: a server that is down, a
 * token that is wrong, a bucket that is missing. Waits grow from `firstWaitMillis`, doubled each time, with full jitter (Brooker, 2015),
 * or are as long as the server asks, up to `maxWaitMillis`.
 *
 * A batch that is refused is halved until it is known which forecast is refused, so that one bad one holds up nothing.
 */
export function deliverer(
  sink: MetricSink,
  outcomes: Outcomes,
  { firstWaitMillis, maxWaitMillis }: DeliveryOptions,
  { sleep, random }: SpoolEnvironment,
  signal: AbortSignal,
): (batch: readonly Waiting[]) => Promise<void> {
  let failures = 0;

  const write = async (batch: readonly Waiting[], forecasts: StoredForecast[]) => {
    if (batch.length > 1 && sink.writeForecasts) await sink.writeForecasts(forecasts);
    else for (const forecast of forecasts) await sink.writeForecast(forecast);
  };

  const wait = async (error: unknown) => {
    const asked = error instanceof AdapterError ? error.retryAfterMillis : undefined;
    const backoff = random() * Math.min(maxWaitMillis, firstWaitMillis * 2 ** Math.min(failures, 30));
    failures++;
    await sleep(Math.min(maxWaitMillis, asked ?? backoff), signal).catch(() => undefined);
  };

  /** One attempt after the other, until all of the batch is delivered or rejected. */
  const deliver = async (batch: readonly Waiting[]): Promise<void> => {
    while (!signal.aborted) {
      let forecasts: StoredForecast[] | null = null;
      try {
        let reason: AdapterError;
        try {
          forecasts = await outcomes.load(batch);
          await write(batch, forecasts);
          failures = 0;
          await outcomes.delivered(batch);
          return;
        } catch (error) {
          const unreadable = forecasts === null && error instanceof AdapterError && error.code === "INVALID_DATA";
          if (!unreadable && !isPermanent(error)) throw error;
          reason = error as AdapterError;
        }
        if (batch.length === 1) {
          await outcomes.rejected(batch[0], forecasts?.[0] ?? null, reason);
          return;
        }
      } catch (error) {
        if (signal.aborted) return;
        outcomes.failed(error);
        await wait(error);
        continue;
      }
      const middle = batch.length >> 1;
      await deliver(batch.slice(0, middle));
      await deliver(batch.slice(middle));
      return;
    }
  };
  return deliver;
}
