/** The hosts of the overview, page by page: those in sight are there and fresh, others come when they are scrolled to. */
import type { OverviewResponse } from "../../../../src/http/contract.js";
import type { OverviewQuery } from "../../data/client.js";
import { patience } from "../../data/patience.js";

export type Host = OverviewResponse["hosts"][number];

export interface FeedState {
  readonly hosts: readonly Host[];
  /** All hosts that match, loaded or not. */
  readonly total: number;
  readonly error: Error | null;
  /** False until the first answer. */
  readonly ready: boolean;
}

export type Filter = Pick<OverviewQuery, "q" | "metric" | "status">;

export interface Feed {
  readonly filter: Filter;
  state(): FeedState;
  /** Makes sure that these hosts are there, and not older than what happened since. */
  show(first: number, end: number): void;
  /** Something happened: what is in sight is asked for again, the rest when it comes into sight. */
  outdate(): void;
  stop(): void;
}

interface Page {
  readonly after: string | null;
  readonly hosts: readonly Host[];
  readonly next: string | null;
  old: boolean;
}

const PAGE = 60;
const AHEAD = 20;

export function createFeed(
  ask: (query: OverviewQuery, signal: AbortSignal) => Promise<OverviewResponse>,
  filter: Filter,
  onChange: () => void,
): Feed {
  const controller = new AbortController();
  const pages: Page[] = [];
  let state: FeedState = { hosts: [], total: 0, error: null, ready: false };
  let wanted: readonly [number, number] = [0, 1];
  let busy = false;
  /** How often something happened: an answer that was asked for before does not know of it. */
  let happened = 0;
  let failures = 0;
  let again: ReturnType<typeof setTimeout> | undefined;

  /** Index of the page to ask for: the first old one in sight, else the one after the last while more is wanted. */
  function due(): number {
    let start = 0;
    for (const [index, page] of pages.entries()) {
      const end = start + page.hosts.length;
      if (page.old && start < wanted[1] + AHEAD && end >= wanted[0]) return index;
      start = end;
    }
    const last = pages[pages.length - 1];
    if (!last) return 0;
    return last.next !== null && start < wanted[1] + AHEAD ? pages.length : -1;
  }

  async function work(): Promise<void> {
    if (busy || controller.signal.aborted) return;
    busy = true;
    for (let index = due(); index >= 0; index = due()) {
      const after = index === 0 ? null : pages[index - 1].next;
      const before = happened;
      try {
        const answer = await ask({ ...filter, limit: PAGE, after }, controller.signal);
        if (controller.signal.aborted) break;
        failures = 0;
        pages[index] = { after, hosts: answer.hosts, next: answer.next, old: happened !== before };
        if (answer.next === null) pages.length = index + 1;
        publish({ hosts: joined(pages), total: answer.total, error: null, ready: true });
      } catch (error) {
        if (controller.signal.aborted) break;
        publish({ ...state, error: error instanceof Error ? error : new Error(String(error)) });
        const wait = patience(error, ++failures);
        clearTimeout(again);
        if (wait !== null) again = setTimeout(() => void work(), wait);
        break; // and the next event, poll or scroll tries again
      }
    }
    busy = false;
  }

  function publish(next: FeedState): void {
    state = next;
    onChange();
  }

  void work();

  return {
    filter,
    state: () => state,
    show(first, end) {
      wanted = [first, end];
      void work();
    },
    outdate() {
      happened++;
      for (const page of pages) page.old = true;
      void work();
    },
    stop() {
      clearTimeout(again);
      controller.abort();
    },
  };
}

/** A host that has moved up between two questions is on two pages: the newer place counts. */
function joined(pages: readonly Page[]): Host[] {
  const hosts = new Map<string, Host>();
  for (const page of pages) for (const host of page.hosts) if (!hosts.has(host.host)) hosts.set(host.host, host);
  return [...hosts.values()];
}
