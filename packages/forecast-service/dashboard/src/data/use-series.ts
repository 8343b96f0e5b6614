import type { OverviewEntry, SeriesEntry } from "../../../src/http/contract.js";
import { ApiError, type Client } from "./client.js";
import { useAnswer, useService } from "./service.js";

export interface KnownSeries {
  /** Null where the service knows no such series. */
  readonly entry: SeriesEntry & Partial<Pick<OverviewEntry, "outlook" | "anomalous" | "drift">>;
  /** All series of its host, itself among them. */
  readonly siblings: readonly SeriesEntry[];
}

/** `rack 4/web-01/cpu_percent` → `rack 4/web-01`: a metric has no slash. */
export function hostOf(id: string): string {
  return id.slice(0, Math.max(0, id.lastIndexOf("/")));
}

/** What was last found: the way to another metric of that host needs no question first. */
let latest: KnownSeries | null = null;

/** A series with its outlook and its siblings, kept fresh. `known` is null where there is no such series. */
export function useSeries(id: string) {
  const { client } = useService();
  const answer = useAnswer<{ known: KnownSeries | null }>({
    key: `entry ${id}`,
    ask: async (signal) => ({ known: await find(client, id, signal) }),
    when: (event) => (event.type === "samples" ? event.series.includes(id) : event.series === id),
    atMost: 2_000,
  });
  if (answer.data?.known) latest = answer.data.known;
  return { ...answer, data: answer.data ?? amongLatest(id) };
}

function amongLatest(id: string): { known: KnownSeries } | null {
  const entry = latest?.siblings.find((one) => one.id === id);
  return latest && entry ? { known: { entry, siblings: latest.siblings } } : null;
}

async function find(client: Client, id: string, signal: AbortSignal): Promise<KnownSeries | null> {
  const host = hostOf(id);
  const fromOverview = await client
    .overview({ q: host, limit: 50 }, signal)
    .then(({ hosts }) => hosts.find((one) => one.host === host)?.series ?? [])
    .catch((error: unknown) => {
      // The list below may still know it: it asks for less.
      if (error instanceof ApiError) return [];
      throw error;
    });
  const entry = fromOverview.find((one) => one.id === id);
  if (entry) return { entry, siblings: fromOverview };
  const series = await client.series(host, signal);
  const listed = series.find((one) => one.id === id);
  return listed ? { entry: listed, siblings: series.filter((one) => one.host === listed.host) } : null;
}
