import { AdapterError, type AdapterErrorCode, type ModelRegistry } from "../../src/index.js";

/** A registry that fails as it is told to: before a call is done, or after, as when an answer is lost. */
export function faultyRegistry(registry: ModelRegistry): ModelRegistry & {
  /** Called before each call; what it returns is how that fails. */
  plan: (method: string) => { readonly code: AdapterErrorCode; readonly after: boolean } | null;
  readonly calls: string[];
} {
  const calls: string[] = [];
  const faulty = { ...registry, plan: () => null, calls } as ReturnType<typeof faultyRegistry>;
  const fail = (code: AdapterErrorCode, method: string) =>
    new AdapterError(registry.name, `${method} failed`, { code });
  for (const [method, real] of Object.entries(registry)) {
    if (typeof real !== "function" || method === "close" || method === "runs") continue;
    Object.assign(faulty, {
      async [method](...values: unknown[]) {
        calls.push(method);
        const fault = faulty.plan(method);
        if (fault !== null && !fault.after) throw fail(fault.code, method);
        const answer = await (real as (...values: unknown[]) => Promise<unknown>)(...values);
        if (fault !== null) throw fail(fault.code, method);
        return answer;
      },
    });
  }
  return faulty;
}
