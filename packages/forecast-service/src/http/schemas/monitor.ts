import { z } from "zod";
import { forecastStep, range } from "./common.js";
import { horizonAccuracy } from "./tasks.js";

export const spanQuery = z.object({
  from: range.from.meta({ description: "Default: a week before `to`." }),
  to: range.to,
});

export const accuracyResponse = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  horizons: z.array(horizonAccuracy),
  overTime: z
    .array(z.object({ from: z.string(), to: z.string(), horizons: z.array(horizonAccuracy) }))
    .meta({ description: "The same by parts of the range, oldest first." }),
  drift: z.object({ detected: z.boolean(), since: z.string().nullable(), reason: z.string().nullable() }),
});

export const pastForecastsQuery = z.object({
  from: range.from.meta({ description: "Default: a day before `to`." }),
  to: range.to,
  limit: z.coerce.number().int().min(1).max(500).optional().meta({ description: "Forecasts at most; default 50." }),
});

export const pastForecastsResponse = z.object({
  id: z.string(),
  forecasts: z.array(z.object({ issuedAt: z.string(), modelVersion: z.string(), forecast: z.array(forecastStep) })),
});

export const anomaliesResponse = z.object({
  id: z.string(),
  anomalies: z.array(z.object({ time: z.string(), value: z.number(), lower: z.number(), upper: z.number() })),
});
