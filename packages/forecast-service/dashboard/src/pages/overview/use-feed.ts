import { useEffect, useReducer, useRef } from "preact/hooks";
import { useService } from "../../data/service.js";
import type { OverviewRoute } from "../../route.js";
import { createFeed, type Feed } from "./feed.js";

/** Forecasts of many series come one after another; once in a while is enough to show them all. */
const AT_MOST_MS = 5_000;
/** Sooner than this nobody misses an answer. */
const LATE_MS = 400;

export interface Feeds {
  /** The newest that has an answer; before the first one, the one that is asked for. */
  readonly shown: Feed;
  /** Another than what is shown while a new filter has no answer yet. */
  readonly asked: Feed;
  /** True when that takes so long that it has to be said. */
  readonly late: boolean;
}

/** The hosts that match, kept fresh while they are in sight. What was shown stays until the new answer is there. */
export function useFeed({ q, metric, status }: OverviewRoute): Feeds | null {
  const { client, connection } = useService();
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const feeds = useRef<Feeds | null>(null);
  useEffect(() => {
    const change = (next: Feeds) => {
      feeds.current = next;
      redraw(0);
    };
    const made = createFeed(client.overview, { q, metric, status: status === "all" ? "" : status }, () => {
      if (made.state().ready) change({ shown: made, asked: made, late: false });
      else redraw(0);
    });
    const shown = feeds.current?.shown ?? made;
    change({ shown, asked: made, late: false });
    const wait = setTimeout(() => {
      if (!made.state().ready) change({ shown, asked: made, late: true });
    }, LATE_MS);
    let timer: ReturnType<typeof setTimeout> | undefined;
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
      clearTimeout(wait);
      clearTimeout(timer);
      stop();
      made.stop();
    };
  }, [client, connection, q, metric, status]);
  return feeds.current;
}
