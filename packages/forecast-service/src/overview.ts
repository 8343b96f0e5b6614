import { beyond } from "./bounds.js";
import type { Catalogue } from "./catalogue.js";
import type { Clock } from "./clock.js";
import { LoadcastError } from "./errors.js";
import { type Fleet, isGone, type SeriesState } from "./fleet.js";
import type { OverviewEntry, OverviewResponse, SeriesEntry, Sparkline, SystemResponse } from "./http/contract.js";
import type { Overview } from "./questions.js";
import { STEP_MILLIS } from "./settings.js";
import { endOf, valueAt } from "./tail.js";

/** What a small chart shows of the past: six hours. */
const SPARK_STEPS = 72;
/** An anomaly older than this is no news. */
const NEWS = 3_600_000;
/** A forecast lives on for hours without new values; somebody should know before it ends. */
const SILENCE = 1_800_000;

interface Attention {
  readonly score: number;
  readonly why: string | null;
}

interface Host {
  readonly host: string;
  readonly synthetic: boolean;
  readonly attention: number;
  readonly why: string | null;
  /** None of its series has come for a day. */
  readonly gone: boolean;
  readonly states: readonly SeriesState[];
}

/** Answers about everything at once, from what is in memory. */
export function createOverview(options: {
  fleet: Fleet;
  catalogue: Pick<Catalogue, "all" | "describe">;
  clock: Clock;
  system: () => Promise<SystemResponse>;
  /** The limit of a series; null where it has none. */
  limitOf: (state: SeriesState) => number | null;
}): Overview {
  const { fleet, catalogue, clock, system, limitOf } = options;
  let ranked: { revision: number; at: number; hosts: readonly Host[] } | null = null;

  /** All hosts, who needs attention most first. Ranked again when something changed, at most once a second. */
  const rank = async (): Promise<readonly Host[]> => {
    const now = clock.now();
    if (ranked && (ranked.revision === fleet.revision() || now - ranked.at < 1000)) return ranked.hosts;
    const byHost = new Map<string, SeriesState[]>();
    for (const state of await catalogue.all()) {
      const own = byHost.get(state.host);
      if (own) own.push(state);
      else byHost.set(state.host, [state]);
    }
    const hosts = [...byHost].map(([host, states]) => {
      const found = states.map((state) => attentionOf(state, catalogue.describe(state), limitOf(state), now));
      return rankHost(host, states, found, now);
    });
    hosts.sort(
      (a, b) =>
        Number(a.gone) - Number(b.gone) ||
        b.attention - a.attention ||
        Number(a.synthetic) - Number(b.synthetic) ||
        BY_NAME.compare(a.host, b.host) ||
        (a.host < b.host ? -1 : 1),
    );
    ranked = { revision: fleet.revision(), at: now, hosts };
    return hosts;
  };

  return {
    system,
    async hosts({ limit, after, q, metric, status }) {
      const part = q?.toLowerCase();
      const fits = (state: SeriesState) =>
        (metric === undefined || state.metric === metric) &&
        (status === undefined || catalogue.describe(state).status === status);
      const chosen = (await rank())
        .filter(({ host }) => part === undefined || host.toLowerCase().includes(part))
        .map((host) =>
          metric === undefined && status === undefined ? host : { ...host, states: host.states.filter(fits) },
        )
        .filter(({ states }) => states.length > 0);
      let from = 0;
      if (after !== undefined) {
        from = chosen.findIndex(({ host }) => host === after) + 1;
        if (from === 0) {
          throw new LoadcastError(
            "BAD_CURSOR",
            `after is ${JSON.stringify(after)}, which is no host of this list: begin again without it`,
          );
        }
      }
      const page = chosen.slice(from, from + limit);
      const now = clock.now();
      return {
        now: iso(now),
        total: chosen.length,
        hosts: page.map(({ host, synthetic, attention, why, states }) => ({
          host,
          synthetic,
          attention,
          why,
          series: states.map((state) => entryOf(state, catalogue.describe(state), now)),
        })),
        next: from + limit < chosen.length ? (page.at(-1)?.host ?? null) : null,
      } satisfies OverviewResponse;
    },
  };
}

function entryOf(state: SeriesState, entry: SeriesEntry, now: number): OverviewEntry {
  const current = entry.status === "forecast";
  return {
    ...entry,
    outlook: current ? state.outlook : null,
    sparkline: sparkline(state, current),
    anomalous: isAnomalous(state, now),
    drift: state.drift !== null,
  };
}

const isAnomalous = ({ lastAnomaly }: SeriesState, now: number) => lastAnomaly !== null && now - lastAnomaly < NEWS;

/** `web-2` before `web-10`. */
const BY_NAME = new Intl.Collator("en", { numeric: true });

/** Smaller chances come and go: were they named, half of a fleet would need attention. */
const WORTH_A_WORD = 0.05;

/** From 0 to 1: that a limit is passed counts as much as it is likely; what is broken or strange counts on its own. */
function attentionOf(state: SeriesState, entry: SeriesEntry, limit: number | null, now: number): Attention {
  const { status, reason, metric, unit, outside } = entry;
  const found: Attention[] = [];
  const name = NAMES[metric] ?? metric;
  const silent = state.lastTime !== null && now - state.lastTime > SILENCE;
  const threshold = status === "forecast" && !silent ? state.outlook?.threshold : null;
  const written = (value: number) => `${value}${unit === "percent" ? " %" : ""}`;
  // What is above its limit needs no forecast to say so.
  if (limit !== null && !silent && latestMean(state) > limit) {
    found.push({ score: 1, why: `${name} is above ${written(limit)}` });
  } else if (threshold && threshold.probability >= WORTH_A_WORD) {
    const chance = Math.min(99, Math.round(threshold.probability * 100));
    found.push({
      score: threshold.probability,
      why: `${name}: ${chance} % chance to pass ${written(threshold.threshold)} within 4 h`,
    });
  }
  if (status === "failed") found.push({ score: 0.5, why: `${name}: ${reason}` });
  // Who has not come back within a day needs nobody's attention any more.
  if (silent && !isGone(state, now)) {
    found.push({ score: 0.4, why: `${name}: no data since ${minuteOf(endOfStep(state.lastTime as number))}` });
  }
  if (isAnomalous(state, now)) found.push({ score: 0.3, why: `${name} had an unusual value in the last hour` });
  if (outside && now - Date.parse(outside.last.time) < NEWS) {
    const { last: value, lower, upper } = outside;
    const where = beyond({ lower: lower ?? undefined, upper: upper ?? undefined });
    found.push({ score: 0.25, why: `${name} said ${Number(value.value.toPrecision(6))}, ${where}: a gap` });
  }
  if (state.drift) found.push({ score: 0.2, why: `${name} drifts: ${state.drift.reason}` });
  return found.reduce((most, one) => (one.score > most.score ? one : most), { score: 0, why: null });
}

/** The mean of the last five minutes; what a single sample says may be over in a moment. NaN where there is none. */
const latestMean = ({ tail }: SeriesState): number => (tail ? valueAt(tail, endOf(tail) - STEP_MILLIS) : Number.NaN);

/** What people call the metrics that every host has. */
const NAMES: Readonly<Record<string, string>> = { cpu_percent: "CPU", memory_percent: "Memory" };

/** When the step ends in which a value lies: all of it is known. */
const endOfStep = (time: number) => (Math.floor(time / STEP_MILLIS) + 1) * STEP_MILLIS;

/** `2026-11-23 01:45 UTC` */
const minuteOf = (time: number) => `${iso(time).slice(0, 16).replace("T", " ")} UTC`;

function rankHost(host: string, states: readonly SeriesState[], found: readonly Attention[], now: number): Host {
  const worst = found.reduce((most, one) => (one.score > most.score ? one : most));
  return {
    host,
    synthetic: states.every(({ synthetic }) => synthetic),
    attention: worst.score,
    why: worst.why,
    gone: states.every((state) => isGone(state, now)),
    states,
  };
}

function sparkline({ tail, forecast }: SeriesState, current: boolean): Sparkline | null {
  if (!tail) return null;
  const end = endOf(tail);
  const start = end - SPARK_STEPS * STEP_MILLIS;
  const inner = forecast?.intervals.reduce((a, b) => (b.level < a.level ? b : a));
  return {
    start: iso(start),
    stepSeconds: STEP_MILLIS / 1000,
    values: Array.from({ length: SPARK_STEPS }, (_, i) => {
      const value = valueAt(tail, start + i * STEP_MILLIS);
      return Number.isNaN(value) ? null : value;
    }),
    forecast:
      current && forecast && inner
        ? {
            start: iso(forecast.times[0]),
            median: [...forecast.median],
            lower: [...inner.lower],
            upper: [...inner.upper],
          }
        : null,
  };
}

const iso = (time: number) => new Date(time).toISOString();
