import { z } from "zod";
import { forecastStep, orderTriple, seasonalOrder, time, transform } from "./common.js";

export const MAX_VALUES = 100_000;
export const MAX_HORIZON = 10_000;
/** Years of ISO 8601 have four digits. */
const END_OF_TIMES = Date.UTC(10_000, 0, 1);

const order = (max: number) => z.int().min(0).max(max);

export const forecastRequest = z
  .strictObject({
    values: z
      .array(z.number().nullable())
      .min(1)
      .max(MAX_VALUES)
      .meta({ description: "Equally spaced observations, oldest first; null is a gap." }),
    horizon: z.int().min(1).max(MAX_HORIZON).meta({ description: "Steps to forecast." }),
    period: z.int().min(1).max(5000).optional().meta({ description: "Season in steps; 1 or nothing: none." }),
    order: z
      .tuple([order(50), order(3), order(50)])
      .optional()
      .meta({ description: "p, d, q. Without it, orders are searched." }),
    seasonal: z
      .tuple([order(10), order(2), order(10), z.int().min(0).max(5000)])
      .optional()
      .meta({ description: "P, D, Q and the period; needs `order`." }),
    levels: z
      .array(z.number().gt(0).lt(1))
      .max(20)
      .optional()
      .meta({ description: "Coverage of the intervals. Default 0.8 and 0.95." }),
    bounds: z
      .strictObject({ lower: z.number().optional(), upper: z.number().optional() })
      .optional()
      .meta({ description: "What a value can be; the forecast and its intervals stay inside." }),
    start: time
      .optional()
      .meta({ description: "Time of the first value. With `stepSeconds`, every step gets its time." }),
    stepSeconds: z
      .number()
      .min(0.001)
      .max(400 * 86_400)
      .optional()
      .meta({ description: "Seconds from one value to the next." }),
  })
  .superRefine((body, context) => {
    const complain = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
    if (body.seasonal && !body.order) complain("seasonal", "needs order as well: give both or neither");
    const seasonPeriod = body.seasonal?.[3];
    if (body.period !== undefined && seasonPeriod !== undefined && seasonPeriod > 1 && body.period !== seasonPeriod) {
      complain("period", `is ${body.period} but seasonal says ${seasonPeriod}: make them equal or leave period out`);
    }
    const { lower, upper } = body.bounds ?? {};
    if (lower !== undefined && upper !== undefined && lower >= upper) {
      complain("bounds", `must have lower below upper; received ${lower} and ${upper}`);
    }
    if (body.start !== undefined && body.stepSeconds === undefined)
      complain("stepSeconds", "is needed together with start");
    if (body.start !== undefined && body.stepSeconds !== undefined) {
      const end = Date.parse(body.start) + (body.values.length + body.horizon) * body.stepSeconds * 1000;
      if (!(end < END_OF_TIMES)) complain("start", "and stepSeconds lead beyond the year 9999: correct one of them");
    }
  })
  .meta({
    examples: [
      {
        values: [31.2, 30.8, null, 33.5, 36.1, 38.4, 37.9, 35.2, 33.3, 32.7, 34.6, 37.0],
        horizon: 6,
        bounds: { lower: 0, upper: 100 },
        start: "2026-11-23T10:00:00Z",
        stepSeconds: 300,
      },
    ],
  });

export const forecastResponse = z.object({
  model: z.object({
    order: orderTriple,
    seasonal: seasonalOrder,
    transform: transform.optional(),
    logLik: z.number().nullable().meta({ description: "Null where it is infinite, as for a constant series." }),
    aic: z.number().nullable(),
    aicc: z.number().nullable(),
    bic: z.number().nullable(),
    params: z.object({
      ar: z.array(z.number()),
      ma: z.array(z.number()),
      seasonalAr: z.array(z.number()),
      seasonalMa: z.array(z.number()),
      mean: z.number(),
      sigma2: z.number(),
    }),
  }),
  warnings: z.array(z.string()),
  forecast: z.array(forecastStep),
});
