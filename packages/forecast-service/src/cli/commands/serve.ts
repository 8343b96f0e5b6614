import { defineCommand } from "citty";
import { openService } from "../../compose.js";
import { describeError, LoadcastError } from "../../errors.js";
import { buildApp } from "../../http/app.js";
import { createLog } from "../../log.js";
import { DASHBOARD, VERSION } from "../../package-files.js";
import { configFrom, listenFlags, settingsFlags } from "../settings-flags.js";
import { stopRequested } from "../stop-signal.js";

/** Longer than this no request and no fit may keep the end waiting. */
const STOP_LIMIT = 10_000;

export default defineCommand({
  meta: { name: "serve", description: "Collect, train and forecast, with dashboard and HTTP API" },
  args: { ...listenFlags, ...settingsFlags },
  async run({ args }) {
    const config = configFrom(args);
    const log = createLog(config.log);
    const stop = stopRequested();
    const service = await openService(config);
    let app: Awaited<ReturnType<typeof buildApp>> | undefined;
    try {
      app = await buildApp({
        catalogue: service.catalogue,
        executor: service.executor,
        events: service.events,
        health: service.health,
        log,
        dashboard: DASHBOARD,
        version: VERSION,
      });
      const address = await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
        throw explainListen(error, config.host, config.port);
      });
      if (!isLoopback(config.host)) {
        log.warn(`everyone who can reach ${address} can use this service: it asks for no password`);
      }
      process.stdout.write(`Loadcast ${VERSION} is ready at ${address} (data in ${config.data}; Ctrl-C ends it)\n`);
      service.start();
      process.stderr.write(`${await stop}: ending\n`);
    } finally {
      const late = setTimeout(() => {
        process.stderr.write("loadcast: could not end in time; what was flushed before is safe\n");
        process.exit(1);
      }, STOP_LIMIT);
      await app?.close();
      await service.stop();
      clearTimeout(late);
    }
  },
});

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function explainListen(error: unknown, host: string, port: number): LoadcastError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const lines: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is taken: stop the program that uses it, or choose another with LOADCAST_PORT`,
    EACCES: `port ${port} on ${host} is not allowed for this user: choose one above 1023 with LOADCAST_PORT`,
    EADDRNOTAVAIL: `this machine has no address ${host}: choose another with LOADCAST_HOST, such as 127.0.0.1`,
    ENOTFOUND: `the host name ${host} is not known: choose another with LOADCAST_HOST, such as 127.0.0.1`,
    EAI_AGAIN: `the host name ${host} cannot be looked up: choose another with LOADCAST_HOST, such as 127.0.0.1`,
  };
  return new LoadcastError(
    "CANNOT_LISTEN",
    lines[code] ?? `cannot listen on ${host}:${port}: ${describeError(error)}`,
    {
      cause: error,
    },
  );
}
