import { openService } from "../compose.js";
import { LoadcastError } from "../errors.js";
import type { Service } from "../service.js";
import { configFrom } from "./settings-flags.js";
import { checkThereIsOne, explainInUse } from "./with-store.js";

/**
 * Opens the store and the pipeline for one command, without schedule or HTTP, and closes them whatever happens. Quiet by default.
 *
 * @param options.make false: there has to be a store
 */
export async function withService<T>(
  args: Readonly<Record<string, unknown>>,
  work: (service: Service, signal: AbortSignal) => Promise<T>,
  { make = true }: { make?: boolean } = {},
): Promise<T> {
  const config = configFrom(args, { LOADCAST_LOG: "warn" });
  if (!make) checkThereIsOne(config.data);
  const service = await openService(config).catch((error: unknown) => {
    throw explainInUse(error, config);
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
