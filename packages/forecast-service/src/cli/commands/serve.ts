import { defineCommand } from "citty";
import { type OpenService, openService } from "../../compose.js";
import { checkConfig } from "../../config.js";
import { describeError } from "../../errors.js";
import { tokensAreSet } from "../../http/access/tokens.js";
import { buildApp } from "../../http/app.js";
import { checkExposure, explainListen, isLoopback } from "../../http/listen.js";
import { DASHBOARD, VERSION } from "../../package-files.js";
import { configFrom, configInput, listenFlags, settingsFlags } from "../settings-flags.js";
import { onHangUp, stopRequested } from "../stop-signal.js";

/** Requests that run get this long to be answered before the work behind them is ended. */
const GRACE = 5000;
/** Longer than this nothing may keep the end waiting. */
const STOP_LIMIT = 10_000;

export default defineCommand({
  meta: { name: "serve", description: "Collect, train and forecast, with dashboard and HTTP API" },
  args: { ...listenFlags, ...settingsFlags },
  async run({ args }) {
    const config = configFrom(args);
    checkExposure(config);
    const stop = stopRequested();
    const service = await openService(config);
    let app: Awaited<ReturnType<typeof buildApp>> | undefined;
    let letGo = () => {};
    try {
      app = await buildApp({ ...service, metrics: service.exposition, dashboard: DASHBOARD, version: VERSION });
      const { host, port } = config;
      const address = await app.listen({ host, port }).catch((error: unknown) => {
        throw explainListen(error, host, port);
      });
      if (!isLoopback(host) && !tokensAreSet(config.auth)) {
        service.log.warn(`everyone who can reach ${address} can use this service: auth.allowAnonymous is set`);
      }
      letGo = onHangUp(() => void reload(service, args));
      process.stdout.write(`Loadcast ${VERSION} is ready at ${address} (data in ${config.data}; Ctrl-C ends it)\n`);
      service.start();
      process.stderr.write(`${await stop}: ending\n`);
    } finally {
      letGo();
      const late = setTimeout(() => {
        process.stderr.write("loadcast: could not end in time; what was flushed before is safe\n");
        process.exit(1);
      }, STOP_LIMIT).unref();
      const answered = app?.close() ?? Promise.resolve();
      await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, GRACE).unref())]);
      await service.stop();
      await answered;
      clearTimeout(late);
    }
  },
});

/** SIGHUP: reads the settings again. Where anything is wrong with them, those in force stay. */
async function reload(service: OpenService, args: Readonly<Record<string, unknown>>): Promise<void> {
  const { config } = service;
  const log = (line: string) => process.stderr.write(`${line}\n`);
  try {
    const { config: next, problems } = checkConfig(configInput(args));
    if (!next) {
      for (const { message, line, column } of problems) {
        log(`settings stay as they were: ${message}${line === null ? "" : ` (line ${line}, column ${column})`}`);
      }
      return;
    }
    checkExposure({ host: config.host, auth: next.auth });
    const { changed, waiting } = await service.reload(next);
    const words = changed.length === 0 ? "nothing changed" : `changed: ${changed.join(", ")}`;
    log(`settings were read again; ${words}`);
    if (waiting.length > 0) log(`these stay as they were until the next start: ${waiting.join(", ")}`);
  } catch (error) {
    log(`settings stay as they were: ${describeError(error)}`);
  }
}
