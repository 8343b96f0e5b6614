import type { SeriesInfo } from "@loadcast/metrics-io";
import { openService } from "../compose.js";
import { LoadcastError } from "../errors.js";
import type { Service } from "../service.js";
import { configFrom } from "./settings-flags.js";

/** Opens the store and the pipeline for one command, without schedule or HTTP, and closes them whatever happens. Quiet by default. */
export async function withService<T>(
  args: Readonly<Record<string, unknown>>,
  work: (service: Service, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const service = await openService(configFrom(args, { LOADCAST_LOG: "warn" }));
  const controller = new AbortController();
  const onSignal = () => controller.abort();
  process.once("SIGINT", onSignal);
  process.once("SIGTERM", onSignal);
  try {
    const result = await work(service, controller.signal);
    if (controller.signal.aborted) throw new LoadcastError("ABORTED", "stopped before it was done");
    return result;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    await service.stop();
  }
}

/** The series a command is for: the one that is named, or all. */
export async function chosenSeries(service: Service, id: string | undefined): Promise<SeriesInfo[]> {
  const all = await service.cycle.series();
  if (id === undefined) return all;
  const found = all.find((series) => series.id === id);
  if (!found) {
    const known = all.map((series) => series.id).join(", ") || "none";
    throw new LoadcastError("UNKNOWN_SERIES", `there is no series "${id}"; known: ${known}`, { exitCode: 2 });
  }
  return [found];
}
