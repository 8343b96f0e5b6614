/**
 * Whether what is on the page is true now. Events of the service say what to read again; where they do not get through,
 * everything is read again every 15 seconds; where nothing gets through, tries become rarer, and the page says so.
 */
import type { ServiceEvent } from "../../../src/http/contract.js";
import type { Witness } from "./client.js";

/** `connecting`: no answer yet. `live`: told by events. `polling`: answers, but no events. `silent`: no answer. */
export type Link = "connecting" | "live" | "polling" | "silent";

export interface LinkState {
  readonly link: Link;
  /** Why nothing gets through. */
  readonly error: string | null;
  /** By this browser's clock, as is `nextAttemptAt`. */
  readonly answeredAt: number | null;
  readonly nextAttemptAt: number | null;
  /** Server clock minus this browser's, in ms. */
  readonly skew: number;
}

/** `resync`: anything may have changed, read again what is shown. */
export type Signal = ServiceEvent | { readonly type: "resync" };

export interface Connection extends Witness {
  state(): LinkState;
  subscribe(listener: () => void): () => void;
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Tries at once instead of at the next attempt. */
  retry(): void;
  /** For a page that was hidden or asleep: reads again when what it shows is old. */
  wake(): void;
  stop(): void;
}

/** The part of EventSource that is used, so that tests can bring their own. */
export interface EventStream {
  onopen: (() => void) | null;
  onerror: (() => void) | null;
  addEventListener(type: string, listener: (event: { data: string }) => void): void;
  close(): void;
}

export interface ConnectionOptions {
  readonly open: () => EventStream;
  readonly clock?: () => number;
  /** A number in [0, 1): spreads the attempts of many pages. */
  readonly random?: () => number;
}

const POLL_MS = 15_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
/** Values come every 15 s; a stream that is silent for longer may have been cut without a word. */
const SUSPICIOUS_MS = 60_000;

const EVENTS: readonly Signal["type"][] = ["samples", "forecast", "model", "alias", "anomaly", "task", "resync"];

export function createConnection({ open, clock = Date.now, random = Math.random }: ConnectionOptions): Connection {
  const listeners = new Set<() => void>();
  const receivers = new Set<(signal: Signal) => void>();
  let state: LinkState = { link: "connecting", error: null, answeredAt: null, nextAttemptAt: null, skew: 0 };
  let stream: EventStream | null = null;
  let streaming = false;
  let everStreamed = false;
  let heardAt = clock();
  let failures = 0;
  let reopen: ReturnType<typeof setTimeout> | undefined;

  function change(next: Partial<LinkState>): void {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function send(signal: Signal): void {
    for (const receiver of receivers) receiver(signal);
  }

  function connect(): void {
    clearTimeout(reopen);
    reopen = undefined;
    stream?.close();
    const made = open();
    stream = made;
    made.onopen = () => {
      if (stream !== made) return;
      streaming = true;
      failures = 0;
      heardAt = clock();
      change({ link: "live", error: null, nextAttemptAt: null });
      // What happened while nobody listened is not sent again.
      if (everStreamed) send({ type: "resync" });
      everStreamed = true;
    };
    made.onerror = () => {
      if (stream !== made) return;
      // The browser's own retry has no patience and gives up on an answer that is an error; ours does neither.
      made.close();
      stream = null;
      streaming = false;
      failures++;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 10)) * (0.75 + 0.5 * random());
      clearTimeout(reopen);
      reopen = setTimeout(attempt, wait);
      if (state.link === "live") change({ link: "polling" });
      change({ nextAttemptAt: clock() + wait });
    };
    for (const type of EVENTS) {
      made.addEventListener(type, ({ data }) => {
        heardAt = clock();
        change({ answeredAt: heardAt });
        send(JSON.parse(data) as Signal);
      });
    }
  }

  function attempt(): void {
    connect();
    if (state.link === "silent") send({ type: "resync" });
  }

  const poll = setInterval(() => {
    if (!streaming && state.link !== "silent") send({ type: "resync" });
    else if (streaming && clock() - heardAt > SUSPICIOUS_MS) {
      heardAt = clock();
      send({ type: "resync" });
    }
  }, POLL_MS);

  connect();

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onSignal(receiver) {
      receivers.add(receiver);
      return () => receivers.delete(receiver);
    },
    answered(serverNow) {
      const now = clock();
      heardAt = now;
      const skew = serverNow === null ? state.skew : serverNow - now;
      // The Date header has whole seconds: smaller differences are no news.
      const steady = Math.abs(skew - state.skew) < 1500 && state.answeredAt !== null ? state.skew : skew;
      change({ link: streaming ? "live" : "polling", error: null, answeredAt: now, skew: steady });
    },
    silent(words) {
      if (streaming) {
        // The stream may be dead without knowing it.
        streaming = false;
        connect();
      }
      if (reopen === undefined) reopen = setTimeout(attempt, FIRST_WAIT_MS);
      change({ link: "silent", error: words, nextAttemptAt: state.nextAttemptAt ?? clock() + FIRST_WAIT_MS });
    },
    retry() {
      failures = 0;
      connect();
      send({ type: "resync" });
    },
    wake() {
      if (!streaming) attempt();
      if (clock() - (state.answeredAt ?? 0) > POLL_MS) send({ type: "resync" });
    },
    stop() {
      clearTimeout(reopen);
      clearInterval(poll);
      stream?.close();
      stream = null;
    },
  };
}
