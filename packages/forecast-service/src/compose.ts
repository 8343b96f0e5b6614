import { statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { duckdbStore } from "@loadcast/metrics-io";
import { systemClock } from "./clock.js";
import { type Reloaded, reloadInto } from "./config/live.js";
import type { Config } from "./config.js";
import { DEMO_HOST } from "./demo.js";
import { dependencyMetrics } from "./dependency-metrics.js";
import { openExecutor } from "./executor/open.js";
import type { HealthResponse, SystemResponse } from "./http/contract.js";
import { takeLegacyModels } from "./legacy-models.js";
import { createLog, type Log } from "./log.js";
import { createService, type Service } from "./service.js";
import { openModels } from "./sinks/mlflow.js";
import { openSinks, type SinkState } from "./sinks/sinks.js";
import type { SourceState } from "./sources/follower.js";
import { hostSampler } from "./sources/host-sampler.js";
import { fileProgress } from "./sources/progress.js";
import { createSources } from "./sources/sources.js";

/** The service with everything around it that the configuration asks for. */
export interface OpenService extends Service {
  readonly log: Log;
  /** What its parts measure, as text for Prometheus. */
  readonly exposition: readonly (() => string | Promise<string>)[];
  /** Takes what may change while it runs from other settings. */
  reload(next: Config): Promise<Reloaded>;
}

/**
 * The service as it runs for a user: DuckDB and models in the data folder, this machine and other sources as what is watched, sinks where
 * forecasts go, threads or a queue for the fitting.
 *
 * @throws AdapterError where the folder cannot be written or another process uses it
 */
export async function openService(settings: Config): Promise<OpenService> {
  // A machine that is really called demo would share its name with the synthetic one.
  const config: Config = { ...settings, demo: settings.demo && hostname() !== DEMO_HOST };
  const log = createLog(() => config.log);
  const store = duckdbStore({ path: config.data });
  await store.open();
  const executor = await openExecutor(config.executor, config.threads, log).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const models = await openModels(config, store.registry(), { clock: systemClock, log });
  const { registry } = models;
  await takeLegacyModels(join(config.data, "models"), registry, log);
  const sinks = await openSinks(config, log);
  let sourceStates: () => readonly SourceState[] = () => [];
  const service = await createService({
    trouble: () =>
      sourceStates().flatMap(({ name, detail }) => (detail === null ? [] : [`the source ${name} (${detail})`])),
    config,
    store,
    registry,
    executor,
    samplers: [hostSampler(() => config.sources)],
    sinks: sinks.sinks,
    clock: systemClock,
    log,
  });
  const progress = await fileProgress(join(config.data, "sources.json"), log);
  const sources = createSources(config.sources, { intake: service.intake, store, progress, clock: systemClock, log });
  sourceStates = sources.states;
  const sinkStates = async () => [...sinks.states(), ...(await models.states())];
  const around = dependencyMetrics(sources.states, sinkStates);

  let stopped: Promise<void> | null = null;
  return {
    ...service,
    log,
    exposition: [() => service.metrics.registry.metrics(), () => around.metrics(), sinks.render],
    health: async () => withDependencies(await service.health(), sources.states(), await sinkStates()),
    overview: {
      ...service.overview,
      system: async () => ({
        ...(await service.overview.system()),
        sources: describeSources(config, sources.states()),
        sinks: await sinkStates(),
        storeBytes: sizeOf(join(config.data, "loadcast.duckdb")),
      }),
    },
    async collect(signal) {
      await service.collect(signal);
      await sources.ingest(signal);
    },
    start() {
      service.start();
      sources.start();
      // The next round of forecasts asks the registry for its champions, and finds the version that was promoted.
      models.watch(({ model, alias, version }) =>
        service.events.publish({ type: "alias", series: model, alias, version }),
      );
    },
    async reload(next) {
      const result = reloadInto(config, { ...next, demo: next.demo && hostname() !== DEMO_HOST });
      if (result.changed.includes("intervals")) service.retime();
      if (result.changed.includes("sources")) await sources.configure(config.sources);
      return result;
    },
    stop() {
      models.stop();
      stopped ??= sources.stop().then(() => service.stop());
      return stopped;
    },
  };
}

/** Sources and sinks are listed, and may be away: the service goes on with what it has. */
function withDependencies(
  health: HealthResponse,
  sources: readonly SourceState[],
  sinks: readonly SinkState[],
): HealthResponse {
  const optional = (name: string, detail: string | null) => ({
    name,
    status: detail === null ? ("ok" as const) : ("failed" as const),
    ...(detail === null ? {} : { detail }),
    optional: true,
  });
  const dependencies = [
    ...(health.dependencies ?? []),
    ...sources.map(({ name, detail }) => optional(`source ${name}`, detail)),
    ...sinks.map(({ name, lastError }) => optional(`sink ${name}`, lastError)),
  ];
  const ok = dependencies.every(({ status }) => status === "ok");
  return { status: ok ? "ok" : "degraded", dependencies };
}

function describeSources(config: Config, states: readonly SourceState[]): SystemResponse["sources"] {
  const own = config.sources
    .filter(({ kind }) => kind === "host")
    .map(({ name, kind }) => ({ name, kind, status: "ok" as const, detail: null }));
  return [...own, ...states.map(({ name, kind, status, detail }) => ({ name, kind, status, detail }))];
}

function sizeOf(file: string): number | null {
  return statSync(file, { throwIfNoEntry: false })?.size ?? null;
}
