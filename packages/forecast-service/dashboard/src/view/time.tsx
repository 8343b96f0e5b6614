import { useEffect, useState } from "preact/hooks";
import { formatAge, formatClock, formatMoment, formatUntil, formatUtc } from "../format.js";

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for every age on the page: a hundred rows must not mean a hundred timers. */
export function useSecond(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const tick = () => setNow(Date.now());
    listeners.add(tick);
    timer ??= setInterval(() => {
      for (const listener of listeners) listener();
    }, 1000);
    return () => {
      listeners.delete(tick);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }, []);
  return now;
}

interface TimeProps {
  /** Milliseconds, by the server's clock. */
  readonly at: number;
  /** Server clock minus this browser's. */
  readonly skew: number;
}

/** `2 min ago`, kept true; local and universal time in the title. */
export function Age({ at, skew }: TimeProps) {
  const now = useSecond() + skew;
  return <Stamp at={at}>{formatAge(now - at)}</Stamp>;
}

/** `in 12 min`, kept true. */
export function Until({ at, skew }: TimeProps) {
  const now = useSecond() + skew;
  return <Stamp at={at}>{formatUntil(at - now)}</Stamp>;
}

/** `14:20`, with the day where it is not today. */
export function Moment({ at, now }: { readonly at: number; readonly now: number }) {
  return <Stamp at={at}>{formatMoment(at, now)}</Stamp>;
}

/** `14:20` of the next day and night, whichever side of midnight; with the day where it is further away. */
export function Clock({ at, now }: { readonly at: number; readonly now: number }) {
  return <Stamp at={at}>{Math.abs(at - now) < 43_200_000 ? formatClock(at) : formatMoment(at, now)}</Stamp>;
}

function Stamp({ at, children }: { readonly at: number; readonly children: string }) {
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {children}
    </time>
  );
}
