import { z } from "zod";
import { page } from "./common.js";
import { seriesEntry } from "./series.js";

export const overviewQuery = z.object({
  ...page(500, 50),
  q: z.string().max(256).optional().meta({ description: "Part of a host's name." }),
  metric: z.string().max(256).optional(),
  status: z.enum(["forecast", "waiting", "failed"]).optional(),
});

const threshold = z.object({
  threshold: z.number(),
  probability: z.number().meta({ description: "That it is crossed within the horizon." }),
  time: z.string().nullable(),
  earliest: z.string().nullable().meta({ description: "80 % interval of the time; an open end is null." }),
  latest: z.string().nullable(),
});

const outlook = z.object({
  mean: z.number(),
  meanLower: z.number(),
  meanUpper: z.number(),
  peak: z.object({ time: z.string(), median: z.number(), lower: z.number(), upper: z.number() }),
  threshold: threshold.nullable(),
});

const sparkline = z.object({
  start: z.string(),
  stepSeconds: z.number(),
  values: z.array(z.number().nullable()),
  forecast: z
    .object({
      start: z.string(),
      median: z.array(z.number()),
      lower: z.array(z.number()),
      upper: z.array(z.number()),
    })
    .nullable(),
});

export const overviewResponse = z.object({
  now: z.string(),
  total: z.int(),
  hosts: z.array(
    z.object({
      host: z.string(),
      synthetic: z.boolean(),
      attention: z.number().meta({ description: "The higher, the sooner somebody should look." }),
      why: z.string().nullable(),
      series: z.array(
        seriesEntry.extend({
          outlook: outlook.nullable(),
          sparkline: sparkline.nullable(),
          anomalous: z.boolean(),
          drift: z.boolean(),
        }),
      ),
    }),
  ),
  next: z.string().nullable(),
});
