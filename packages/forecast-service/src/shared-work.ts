/** What one of those who wait for shared work says when it joins. */
export interface Joining<P> {
  /** Lets go of the work. It is stopped when all have let go of it. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is, from where it stands on joining. */
  readonly onProgress?: ((progress: P) => void) | undefined;
}

interface Shared<P, T> {
  readonly controller: AbortController;
  readonly waiting: Set<Joining<P>>;
  readonly result: Promise<T>;
  progress: P | null;
}

/**
 * Work that several may want at the same time, by key: it is done once. Who lets go of it is rejected with the signal's reason at once while
 * others go on waiting; with the last one the work itself is stopped, and that one sees its end.
 */
export function sharedWork<P, T>(): (
  key: string,
  work: (signal: AbortSignal, onProgress: (progress: P) => void) => Promise<T>,
  joining?: Joining<P>,
) => Promise<T> {
  const running = new Map<string, Shared<P, T>>();

  const begin = (key: string, work: Parameters<ReturnType<typeof sharedWork<P, T>>>[1]): Shared<P, T> => {
    const controller = new AbortController();
    const waiting = new Set<Joining<P>>();
    const report = (progress: P) => {
      shared.progress = progress;
      for (const { onProgress } of waiting) onProgress?.(progress);
    };
    const result = Promise.resolve()
      .then(() => work(controller.signal, report))
      .finally(() => forget(key, shared));
    result.catch(() => {}); // those who wait are told; all of them may have gone
    const shared: Shared<P, T> = { controller, waiting, result, progress: null };
    running.set(key, shared);
    return shared;
  };
  const forget = (key: string, shared: Shared<P, T>) => {
    if (running.get(key) === shared) running.delete(key);
  };

  return (key, work, joining = {}) => {
    const { signal, onProgress } = joining;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const shared = running.get(key) ?? begin(key, work);
    const own = { ...joining };
    shared.waiting.add(own);
    if (shared.progress !== null) onProgress?.(shared.progress);
    return new Promise<T>((resolve, reject) => {
      const leave = () => {
        shared.waiting.delete(own);
        if (shared.waiting.size > 0) return reject(signal?.reason);
        // Who asks from now on begins anew.
        forget(key, shared);
        shared.controller.abort(signal?.reason);
      };
      signal?.addEventListener("abort", leave, { once: true });
      shared.result.then(resolve, reject).finally(() => signal?.removeEventListener("abort", leave));
    });
  };
}
