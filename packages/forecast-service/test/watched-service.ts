import { type MetricStore, memoryRegistry, memoryStore } from "@loadcast/metrics-io";
import { loadConfig } from "../src/config.js";
import { inlineExecutor } from "../src/executor/inline.js";
import type { ServiceEvent } from "../src/http/contract.js";
import { silentLog } from "../src/log.js";
import { createService, type Service, type ServiceDependencies } from "../src/service.js";
import { STEP_MILLIS } from "../src/settings.js";
import { type VirtualClock, virtualClock } from "./virtual-clock.js";

export const KEY = { host: "web", metric: "cpu_percent" };
export const ID = "web/cpu_percent";

/** An hour's wave with small repeatable noise, by the number of the step since 1970. */
export function valueAtStep(step: number): number {
  const hash = Math.imul(step ^ (step >>> 7), 2654435761) >>> 0;
  return 45 + 12 * Math.sin((2 * Math.PI * step) / 12) + 6 * (hash / 2 ** 32 - 0.5);
}

export interface Watched {
  readonly service: Service;
  readonly clock: VirtualClock;
  readonly store: MetricStore;
  readonly events: ServiceEvent[];
  /** Stores the value of every step that is complete, as a source would. */
  fill(value?: (step: number) => number): Promise<void>;
}

/** A service that watches one series of `history` five-minute values, its clock at rest just after a step began. */
export async function watched(
  history: number,
  overrides: Partial<ServiceDependencies> & { env?: Record<string, string> } = {},
): Promise<Watched> {
  const clock = virtualClock(Date.parse("2026-11-23T10:00:03Z"));
  const store = overrides.store ?? memoryStore();
  const { env, ...rest } = overrides;
  let until = Math.floor(clock.now() / STEP_MILLIS) - history;
  let service: Service | null = null;
  const fill = async (value: (step: number) => number = valueAtStep) => {
    const end = Math.floor(clock.now() / STEP_MILLIS);
    const steps = Array.from({ length: end - until }, (_, i) => until + i);
    until = end;
    const batch = { ...KEY, times: steps.map((step) => step * STEP_MILLIS + 60_000), values: steps.map(value) };
    if (service) await service.intake.store([batch]);
    else await store.writeSamples([batch]);
  };
  await fill();
  service = await createService({
    config: loadConfig({ env: { LOADCAST_DEMO: "false", ...env } }),
    store,
    registry: memoryRegistry(),
    executor: inlineExecutor(),
    samplers: [],
    log: silentLog,
    ...rest,
    clock,
  });
  const events: ServiceEvent[] = [];
  service.events.subscribe((event) => events.push(event));
  return { service, clock, store, events, fill };
}
