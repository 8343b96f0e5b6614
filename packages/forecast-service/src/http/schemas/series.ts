import { z } from "zod";
import { forecastStep, page, range } from "./common.js";

const trainStage = z
  .enum(["read", "search", "gate", "register"])
  .meta({ description: "Reading the history, searching models, comparing with the one in use, storing the version." });

/** A training that is under way. */
export const underWay = { stage: trainStage, since: z.string() };

export const seriesEntry = z.object({
  id: z.string().meta({ description: "host/metric; percent-encode it in a path" }),
  host: z.string(),
  metric: z.string(),
  unit: z.enum(["percent", "none"]),
  synthetic: z.boolean().meta({ description: "Made by a generator, not measured." }),
  status: z.enum(["forecast", "waiting", "failed"]),
  last: z.object({ time: z.string(), value: z.number() }).nullable(),
  modelVersion: z.string().nullable(),
  nextRun: z.string().nullable(),
  reason: z
    .string()
    .nullable()
    .meta({ description: "Why there is no forecast, or none newer than the one there is; null where all is well." }),
  history: z
    .object({ have: z.int(), need: z.int(), stepSeconds: z.number(), firstForecastAt: z.string().nullable() })
    .nullable(),
  training: z
    .object(underWay)
    .nullable()
    .meta({ description: "The training that is under way; null where there is none." }),
  outside: z
    .object({
      count: z.int(),
      last: z.object({ time: z.string(), value: z.number() }),
      lower: z.number().nullable(),
      upper: z.number().nullable(),
      note: z.string().meta({ description: "The same in plain words, and what to do where such values are right." }),
    })
    .nullable()
    .meta({
      description:
        "Values of the last day outside the bounds of the series: they count as gaps. Null where there are none.",
    }),
});

const example = {
  id: "web-1/cpu_percent",
  host: "web-1",
  metric: "cpu_percent",
  unit: "percent",
  synthetic: false,
  status: "forecast",
  last: { time: "2026-11-23T09:59:45.000Z", value: 41.7 },
  modelVersion: "web-1/cpu_percent@3",
  nextRun: "2026-11-23T10:05:02.000Z",
  reason: null,
  history: null,
  outside: null,
  training: null,
} as const;

export const seriesList = z
  .object({
    now: z.string(),
    total: z.int().meta({ description: "Series that fit, on all pages." }),
    series: z.array(seriesEntry),
    next: z.string().nullable().meta({ description: "`after` of the page that follows; null on the last one." }),
  })
  .meta({ examples: [{ now: "2026-11-23T10:00:00.000Z", total: 1, series: [example], next: null }] });

export const seriesQuery = z.object({
  ...page(1000, 1000),
  q: z.string().max(256).optional().meta({ description: "Part of the id, in any case." }),
  host: z.string().max(512).optional().meta({ description: "Exactly this host." }),
  metric: z.string().max(256).optional().meta({ description: "Exactly this metric." }),
  status: z.enum(["forecast", "waiting", "failed"]).optional(),
});

export const historyQuery = z.object({
  from: range.from.meta({ description: "Default: a day before `to`." }),
  to: range.to,
  step: z.coerce.number().min(1).max(86_400).optional().meta({ description: "Seconds; default 300." }),
});

export const historyResponse = z
  .object({
    id: z.string(),
    from: z.string(),
    to: z.string(),
    stepSeconds: z.number(),
    points: z.array(z.object({ time: z.string(), value: z.number().nullable() })),
  })
  .meta({
    examples: [
      {
        id: "web-1/cpu_percent",
        from: "2026-11-23T09:50:00.000Z",
        to: "2026-11-23T10:00:00.000Z",
        stepSeconds: 300,
        points: [
          { time: "2026-11-23T09:50:00.000Z", value: 40.2 },
          { time: "2026-11-23T09:55:00.000Z", value: null },
        ],
      },
    ],
  });

export const storedForecastResponse = z
  .object({
    id: z.string(),
    synthetic: z.boolean(),
    issuedAt: z.string(),
    modelVersion: z.string(),
    stepSeconds: z.number(),
    forecast: z.array(forecastStep),
  })
  .meta({
    examples: [
      {
        id: "web-1/cpu_percent",
        synthetic: false,
        issuedAt: "2026-11-23T10:00:02.000Z",
        modelVersion: "web-1/cpu_percent@3",
        stepSeconds: 300,
        forecast: [
          {
            step: 1,
            time: "2026-11-23T10:00:00.000Z",
            mean: 42.1,
            median: 41.8,
            intervals: [{ level: 0.8, lower: 37.5, upper: 46.9 }],
          },
        ],
      },
    ],
  });
