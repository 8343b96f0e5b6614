import { useEffect, useReducer, useRef } from "preact/hooks";
import { useService } from "../../data/service.js";
import type { OverviewRoute } from "../../route.js";
import { createFeed, type Feed } from "./feed.js";

/** Forecasts of many series come one after another; once in a while is enough to show them all. */
const AT_MOST_MS = 5_000;

/** The hosts that match, kept fresh while they are in sight. What was shown stays until the new answer is there. */
export function useFeed({ q, metric, status }: OverviewRoute): Feed | null {
  const { client, connection } = useService();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const feed = useRef<Feed | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const made = createFeed(client.overview, { q, metric, status: status === "all" ? "" : status }, () => {
      if (made.state().ready || feed.current === null) feed.current = made;
      redraw(0);
    });
    feed.current ??= made;
    const stop = connection.onSignal((signal) => {
      if (signal.type === "task") return;
      timer ??= setTimeout(
        () => {
          timer = undefined;
          made.outdate();
        },
        signal.type === "resync" ? 0 : AT_MOST_MS,
      );
    });
    return () => {
      clearTimeout(timer);
      stop();
      made.stop();
    };
  }, [client, connection, q, metric, status]);
  return feed.current;
}
