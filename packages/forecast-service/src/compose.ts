import { join } from "node:path";
import { duckdbStore, hostCollector } from "@loadcast/metrics-io";
import { systemClock } from "./clock.js";
import type { Sampler } from "./collector.js";
import type { Config } from "./config.js";
import { DEMO_HOST } from "./demo.js";
import { openExecutor } from "./executor/open.js";
import { takeLegacyModels } from "./legacy-models.js";
import { createLog } from "./log.js";
import { createService, type Service } from "./service.js";

/**
 * The service as it runs for a user: DuckDB and models in the data folder, this machine as what is watched, threads for the fitting.
 *
 * @throws AdapterError where the folder cannot be written or another process uses it
 */
export async function openService(config: Config): Promise<Service> {
  const log = createLog(config.log);
  const store = duckdbStore({ path: config.data });
  await store.open();
  const executor = await openExecutor(config.executor, config.threads, log).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  const registry = store.registry();
  await takeLegacyModels(join(config.data, "models"), registry, log);
  const host = hostCollector();
  const sampler: Sampler = { name: host.name, sample: () => host.sample() };
  // A machine that is really called demo would share its name with the synthetic one.
  const demo = config.demo && host.host !== DEMO_HOST;
  return createService({
    config: { ...config, demo },
    store,
    registry,
    executor,
    samplers: [sampler],
    clock: systemClock,
    log,
  });
}
