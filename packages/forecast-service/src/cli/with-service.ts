import { openService } from "../compose.js";
import { LoadcastError } from "../errors.js";
import type { Service } from "../service.js";
import { configFrom } from "./settings-flags.js";
import { explainInUse } from "./with-store.js";

/** Opens the store and the pipeline for one command, without schedule or HTTP, and closes them whatever happens. Quiet by default. */
export async function withService<T>(
  args: Readonly<Record<string, unknown>>,
  work: (service: Service, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const config = configFrom(args, { LOADCAST_LOG: "warn" });
  const service = await openService(config).catch((error: unknown) => {
    throw explainInUse(error, config.data);
  });
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
