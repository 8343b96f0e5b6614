import { randomBytes } from "node:crypto";
import type { EventBus } from "../events.js";

/** The part of a response that a stream writes to. */
export interface EventSocket {
  /** Bytes that the other side has not taken yet. */
  readonly writableLength: number;
  write(text: string): unknown;
  end(): unknown;
}

export interface EventStream {
  /** Whether nobody else may listen. */
  full(): boolean;
  /** Sends what happened after the event `last`, and from then on everything. The function that comes back ends it. */
  join(socket: EventSocket, last: string | null): () => void;
  listeners(): number;
  close(): void;
}

/** Proxies cut connections that are silent for a minute. */
const HEARTBEAT = 20_000;
/** A page that does not read for so long that this much waits for it is dropped; it will ask again, with the id of what it saw last. */
const MAX_WAITING = 1024 * 1024;
/** A round of forecasts brings thousands of events: they are sent together. */
const TOGETHER = 100;
/** Kept for those who come back. */
const KEPT_EVENTS = 4096;
const KEPT_CHARACTERS = 4 * 2 ** 20;

/**
 * Sends every event to everyone who listens. Each is turned into text once, and what happens within a tenth of a second is one write for
 * each listener.
 */
export function createEventStream({ events, most }: { events: EventBus; most: () => number }): EventStream {
  const open = new Map<EventSocket, () => void>();
  /** Ids of another run of the service are not ours. */
  const run = randomBytes(6).toString("base64url");
  let sequence = 0;
  let kept: { id: number; text: string }[] = [];
  let keptCharacters = 0;
  let waiting = "";
  let timer: NodeJS.Timeout | null = null;

  const send = (text: string) => {
    for (const [socket, leave] of open) {
      if (socket.writableLength > MAX_WAITING) leave();
      else socket.write(text);
    }
  };
  const flush = () => {
    timer = null;
    const text = waiting;
    waiting = "";
    send(text);
  };
  const unsubscribe = events.subscribe((event) => {
    const id = ++sequence;
    const text = `id: ${run}-${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    kept.push({ id, text });
    keptCharacters += text.length;
    // Cut in one go, not one at a time: moving a long list for every event would cost more than the event.
    if (kept.length > KEPT_EVENTS * 1.5 || keptCharacters > KEPT_CHARACTERS * 1.5) {
      let begin = 0;
      while (kept.length - begin > KEPT_EVENTS || keptCharacters > KEPT_CHARACTERS) {
        keptCharacters -= kept[begin++].text.length;
      }
      kept = kept.slice(begin);
    }
    if (open.size === 0) return;
    waiting += text;
    timer ??= setTimeout(flush, TOGETHER);
  });
  const heartbeat = setInterval(() => send(": still here\n\n"), HEARTBEAT);
  heartbeat.unref();

  /** What a client missed that saw `last`; null where that is not known any more. */
  const missed = (last: string): string | null => {
    const id = last.startsWith(`${run}-`) ? Number(last.slice(run.length + 1)) : Number.NaN;
    const oldest = kept[0]?.id ?? sequence + 1;
    if (!Number.isInteger(id) || id > sequence || id < oldest - 1) return null;
    return kept
      .slice(id - oldest + 1)
      .map(({ text }) => text)
      .join("");
  };

  return {
    full: () => open.size >= most(),
    listeners: () => open.size,
    join(socket, last) {
      // Nobody may get an event twice: what waits for the others is sent to them before somebody joins.
      if (timer) {
        clearTimeout(timer);
        flush();
      }
      const resync = `id: ${run}-${sequence}\nevent: resync\ndata: {"type":"resync"}\n\n`;
      const before = last === null ? "" : (missed(last) ?? resync);
      socket.write(`retry: 3000\n${last === null ? `id: ${run}-${sequence}\n` : ""}\n${before}`);
      const leave = () => {
        if (open.delete(socket)) socket.end();
      };
      open.set(socket, leave);
      return leave;
    },
    close() {
      unsubscribe();
      clearInterval(heartbeat);
      if (timer) {
        clearTimeout(timer);
        flush();
      }
      for (const leave of [...open.values()]) leave();
    },
  };
}
