import { useRef } from "preact/hooks";
import type { HistoryResponse, SeriesEntry } from "../../../../src/http/contract.js";
import type { Client, Span } from "../../data/client.js";
import { useAnswer, useLink, useService } from "../../data/service.js";
import { RANGE_MS, type SeriesRoute } from "../../route.js";
import { historyStep } from "./window.js";

export interface SeenHistory {
  readonly history: HistoryResponse;
  /** What was asked for; the answer may begin later. */
  readonly from: number;
  readonly to: number;
  readonly range: SeriesRoute["range"];
  readonly zoomed: boolean;
}

/** Every forecast of a day; of longer ranges as many as can still be told from their neighbours. */
const PAST_LIMIT = 340;

/** Everything the page of a series shows of it, each kept fresh at its own pace. */
export function useSeriesData(entry: SeriesEntry, route: SeriesRoute) {
  const { client } = useService();
  const { skew } = useLink();
  const { id, range, zoom, past } = route;
  const window = `${id} ${range} ${zoom?.join(" ") ?? ""}`;
  const span = (): Span => {
    const now = Date.now() + skew;
    return zoom ? { from: zoom[0], to: Math.min(zoom[1], now) } : { from: now - RANGE_MS[range], to: now };
  };
  const sampled = (event: { type: string; series: string | string[] }) =>
    event.type === "samples" && event.series.includes(id);
  const atMost = RANGE_MS[range] > 3 * 86_400_000 ? 60_000 : 10_000;

  const history = useAnswer<SeenHistory>({
    key: `history ${window} ${entry.status === "waiting"}`,
    ask: async (signal) => {
      const asked = span();
      return { history: await readHistory(client, entry, asked, signal), ...asked, range, zoomed: zoom !== null };
    },
    when: (event) => sampled(event as { type: string; series: string | string[] }),
    atMost,
  });
  // Until the new stretch has come the old one stays: a chart that went away would take the keyboard's place with it.
  const shown = useRef<{ readonly id: string; readonly history: SeenHistory } | null>(null);
  if (history.data) shown.current = { id, history: history.data };
  const before = shown.current?.id === id ? shown.current.history : null;
  const forecast = useAnswer(
    // Asking for what the list says is not there would only fill the browser's console with 404s.
    entry.modelVersion === null
      ? null
      : {
          key: `forecast ${id}`,
          ask: (signal) => client.forecast(id, signal),
          when: (event) => event.type === "forecast" && event.series === id,
        },
  );
  const anomalies = useAnswer(
    route.anomalies
      ? {
          key: `anomalies ${window}`,
          ask: (signal) => client.anomalies(id, span(), signal),
          when: (event) => event.type === "anomaly" && event.series === id,
          atMost,
        }
      : null,
  );
  const pastForecasts = useAnswer(
    past === null || entry.modelVersion === null
      ? null
      : {
          key: `past ${window}`,
          ask: (signal) => {
            const { from, to } = span();
            // What was forecast for the first hours was issued before them.
            return client.pastForecasts(id, { from: from - 4 * 3_600_000, to, limit: PAST_LIMIT }, signal);
          },
          when: (event) => event.type === "forecast" && event.series === id,
          atMost: 60_000,
        },
  );
  return { history: { ...history, data: history.data ?? before }, forecast, anomalies, pastForecasts };
}

/** A young series has few points on its own grid; finer means show at once that it lives. */
const FINE_STEP = 60;

async function readHistory(
  client: Client,
  entry: SeriesEntry,
  span: Span,
  signal: AbortSignal,
): Promise<HistoryResponse> {
  if (entry.status === "waiting" && span.to - span.from <= 86_400_000) {
    const fine = await client.history(entry.id, { ...span, stepSeconds: FINE_STEP }, signal);
    if (isDense(fine)) return fine;
  }
  return client.history(entry.id, { ...span, stepSeconds: historyStep(span.to - span.from) }, signal);
}

/** True when most of the grid between the first and the last value is filled. */
function isDense({ points }: HistoryResponse): boolean {
  const filled = points.flatMap(({ value }, place) => (value === null ? [] : [place]));
  return filled.length > 0 && filled.length >= (filled[filled.length - 1] - filled[0] + 1) / 2;
}
