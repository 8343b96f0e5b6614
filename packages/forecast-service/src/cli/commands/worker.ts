import { defineCommand } from "citty";
import { startQueueWorker } from "../../executor/queue-worker.js";
import { threadsExecutor } from "../../executor/threads.js";
import { createLog } from "../../log.js";
import { wholeFlag } from "../arguments.js";
import { configFrom, settingsFlags } from "../settings-flags.js";
import { stopRequested } from "../stop-signal.js";

/** What a job may take longer at the end is given to another worker. */
const GRACE_MILLIS = 20_000;
const REPORT_MILLIS = 60_000;

export default defineCommand({
  meta: {
    name: "worker",
    description: "Fit models for services whose executor is the queue, until it is told to end",
  },
  args: {
    redis: { type: "string", description: "address of Redis or Valkey (executor.redis.url)", valueHint: "URL" },
    threads: { type: "string", description: "jobs at the same time (LOADCAST_THREADS)", valueHint: "N" },
    config: settingsFlags.config,
    log: settingsFlags.log,
  },
  async run({ args }) {
    const config = configFrom(args);
    const threads = wholeFlag("--threads", args.threads, 1, 256) ?? config.threads;
    const redis = { ...config.executor.redis, ...(args.redis === undefined ? {} : { url: args.redis }) };
    const stop = stopRequested();
    const worker = await startQueueWorker({
      redis,
      executor: threadsExecutor({ threads }),
      log: createLog(config.log),
    });
    process.stderr.write(`ready: ${threads} jobs at a time from ${worker.address}; Ctrl-C ends it\n`);
    let before = worker.counts();
    const report = () => {
      const now = worker.counts();
      const time = new Date().toISOString().slice(11, 16);
      process.stderr.write(
        `${time}  ${now.running} running, ${now.done - before.done} done and ${now.failed - before.failed} failed in the last minute\n`,
      );
      before = now;
    };
    // A log file has no use for a line a minute that says that all is well.
    const timer = process.stderr.isTTY ? setInterval(report, REPORT_MILLIS) : undefined;
    const signal = await stop;
    clearInterval(timer);
    process.stderr.write(`${signal}: ending; what is not done in ${GRACE_MILLIS / 1000} s is handed back\n`);
    await worker.stop(GRACE_MILLIS);
    const { done, failed } = worker.counts();
    process.stderr.write(`${done} jobs done, ${failed} failed\n`);
  },
});
