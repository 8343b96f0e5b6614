// Fills a data folder with a fleet and the past of a service that watched it: what it forecast every five minutes, and what came.
import { duckdbStore } from "@loadcast/metrics-io";
import { loadConfig } from "../../packages/forecast-service/dist/config.js";
import { openExecutor } from "../../packages/forecast-service/dist/executor/open.js";
import { silentLog } from "../../packages/forecast-service/dist/log.js";
import { createService } from "../../packages/forecast-service/dist/service.js";
import { hostNames, samplesOf } from "./fleet.mjs";

const STEP = 300_000;
const DAY = 86_400_000;
const HISTORY = 14 * DAY;
/** How often models are trained in the past, in steps. */
const TRAIN_EVERY = 144;

/**
 * Of `watched` hosts every forecast of the last `days` days is there, of the others their values and one model each.
 *
 * @param {{ data: string, hosts: number, watched: readonly string[], days: number, report: (words: string) => void }} fleet
 */
export async function livePast({ data, hosts, watched, days, report }) {
  const begun = Math.floor(Date.now() / STEP) * STEP;
  const start = begun - days * DAY;
  const store = duckdbStore({ path: data });
  await store.open();
  const config = loadConfig({ env: { LOADCAST_DATA: data, LOADCAST_DEMO: "false" } });
  // It goes on while work is done, as any clock, and is set from step to step.
  let ahead = start - Date.now();
  const service = await createService({
    config,
    store,
    registry: store.registry(),
    executor: await openExecutor(config.executor, config.threads, silentLog),
    samplers: [],
    clock: { now: () => Date.now() + ahead, after: () => () => {} },
    log: silentLog,
  });
  /** @param {readonly string[]} names @param {{ from: number, to: number }} range @param {number} [moved] by how much */
  const bring = async (names, range, moved = 0) => {
    const batches = names
      .flatMap((host) => samplesOf(host, range, begun))
      .map((batch) => ({ ...batch, times: batch.times.map((time) => time + moved) }))
      .filter(({ times }) => times.length > 0);
    if (batches.length > 0) await service.intake.store(batches);
  };

  await bring(watched, { from: begun - HISTORY, to: start });
  let from = start;
  let present = watched;
  for (let step = 0; ; step++) {
    // The others join at the end; their first models take a while, in which time goes on.
    if (from >= begun && present === watched) {
      present = hostNames(hosts);
      const others = present.filter((host) => !watched.includes(host));
      for (const host of others) await bring([host], { from: begun - HISTORY, to: from });
      report(`first models of ${others.length} hosts`);
    }
    if (from + STEP > Date.now()) break;
    await bring(present, { from, to: from + STEP });
    from += STEP;
    ahead = from + 2000 - Date.now();
    await service.cycle.inferAll();
    if (step % TRAIN_EVERY === TRAIN_EVERY - 1 && present === watched) await service.cycle.trainAll();
    if (step % 36 === 35) report(`${Math.round((from - start) / 3_600_000)} of ${days * 24} h of forecasts`);
  }
  // Of the step that has begun: what was measured a moment ago.
  ahead = 0;
  await bring(present, { from, to: from + STEP }, Date.now() - 5000 - from);
  await service.stop();
}
