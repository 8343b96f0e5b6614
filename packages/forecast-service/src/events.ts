import type { ServiceEvent } from "./http/contract.js";

/** Where those who do the work say what happened, and those who show it listen. */
export interface EventBus {
  publish(event: ServiceEvent): void;
  /** The returned function ends it. */
  subscribe(listener: (event: ServiceEvent) => void): () => void;
}

export function createEventBus(): EventBus {
  const listeners = new Set<(event: ServiceEvent) => void>();
  return {
    publish(event) {
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
