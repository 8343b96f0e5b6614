import type { SeriesEntry, SeriesPageResponse, SeriesStatus } from "./http/contract.js";

/** Which series are asked for. What is left out does not matter. */
export interface SeriesQuery {
  readonly limit?: number | undefined;
  /** The id after which the page begins. */
  readonly after?: string | undefined;
  /** Part of the id, in any case. */
  readonly q?: string | undefined;
  readonly host?: string | undefined;
  readonly metric?: string | undefined;
  readonly status?: SeriesStatus | undefined;
}

/** One page of series that are in order of their ids. Only what is on the page is described, except where its state is asked for. */
export function seriesPage<S extends { readonly id: string; readonly host: string; readonly metric: string }>(
  states: readonly S[],
  describe: (state: S) => SeriesEntry,
  { limit = Infinity, after = "", q = "", host, metric, status }: SeriesQuery,
): Omit<SeriesPageResponse, "now"> {
  const part = q.toLowerCase();
  const fits = states.filter(
    (state) =>
      (part === "" || state.id.toLowerCase().includes(part)) &&
      (host === undefined || state.host === host) &&
      (metric === undefined || state.metric === metric) &&
      (status === undefined || describe(state).status === status),
  );
  const rest = after === "" ? fits : fits.filter(({ id }) => id > after);
  const page = rest.slice(0, limit);
  return {
    total: fits.length,
    series: page.map(describe),
    next: rest.length > page.length ? (page.at(-1)?.id ?? null) : null,
  };
}
