import type { MetricSource } from "@loadcast/metrics-io";
import type { Clock } from "../clock.js";
import type { Intake } from "../collector.js";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";
import { createFileNews } from "./file-news.js";
import type { FileReader } from "./file-reader.js";
import type { Follower } from "./follower.js";
import type { Progress } from "./progress.js";

/** Samples that are given to the store at once. */
const PIECE = 100_000;

/** Reads files into the store when they are new or have changed. */
export function createFileFollower(
  options: { readonly name: string; readonly kind: string; readonly key: string; readonly every: number },
  dependencies: {
    readonly reader: FileReader;
    readonly intake: Intake;
    readonly store: Pick<MetricSource, "read">;
    readonly progress: Progress;
    readonly clock: Clock;
    readonly log: Log;
  },
): Follower {
  const { name, kind, key, every } = options;
  const { reader, intake, store, progress, clock, log } = dependencies;
  const news = createFileNews(store);
  const stopping = new AbortController();
  let samples = 0;
  let failures = 0;
  let lastSuccess: number | null = null;
  let detail: string | null = null;
  let cancel = () => {};
  let running: Promise<void> = Promise.resolve();

  const read = async (signal: AbortSignal) => {
    const fingerprint = await reader.fingerprint();
    if (fingerprint === progress.fingerprint(key)) return;
    const source = reader.open();
    let held = 0;
    try {
      for (const { host, metric } of await source.listSeries()) {
        const { times, values } = await source.read({ host, metric }, { from: -Infinity, to: Infinity });
        held += times.length;
        const fresh = await news.find({ host, metric }, { times, values });
        for (let at = 0; at < fresh.times.length; at += PIECE) {
          if (signal.aborted) return;
          const batch = { times: fresh.times.subarray(at, at + PIECE), values: fresh.values.subarray(at, at + PIECE) };
          await intake.store([{ host, metric, ...batch }]);
          samples += batch.times.length;
        }
        news.stored({ host, metric });
      }
    } finally {
      await source.close();
    }
    // Nobody would know otherwise why there is no series.
    if (held === 0) throw new Error("it holds no values: every one is empty");
    progress.setFingerprint(key, fingerprint);
    await progress.save();
  };

  const attempt = async (signal: AbortSignal) => {
    try {
      await read(signal);
      if (detail !== null) log.info(`the source ${name} works again`);
      detail = null;
      lastSuccess = clock.now();
    } catch (error) {
      const reason = describeError(error);
      failures++;
      if (reason !== detail) log.warn(`the source ${name} will be tried again: ${reason}`);
      detail = reason;
    }
  };

  const begin = () => {
    running = attempt(stopping.signal).then(() => {
      if (!stopping.signal.aborted) cancel = clock.after(every, begin);
    });
  };

  return {
    name,
    state: () => ({ name, kind, status: detail === null ? "ok" : "failed", detail, samples, failures, lastSuccess }),
    async catchUp(signal) {
      await attempt(signal);
      if (detail !== null) throw new Error(`${name}: ${detail}`);
    },
    start: begin,
    async stop() {
      stopping.abort();
      cancel();
      await running;
    },
  };
}
