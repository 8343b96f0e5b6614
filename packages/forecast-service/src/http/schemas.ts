import { z } from "zod";
import type {
  ForecastRequest,
  ForecastResponse,
  ForecastStep,
  HealthResponse,
  HistoryResponse,
  Problem,
  SeriesEntry,
  SeriesListResponse,
  StoredForecastResponse,
} from "./contract.js";

export const MAX_VALUES = 100_000;
export const MAX_HORIZON = 10_000;
/** 100,000 values with all their digits, and room for white space. */
export const BODY_LIMIT = 4 * 1024 * 1024;

const order = (max: number) => z.int().min(0).max(max);
const time = z.iso.datetime({ offset: true }).meta({ description: "ISO 8601 with a time zone" });

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
      .positive()
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
  });

const forecastStep = z.object({
  step: z.int(),
  time: z.string().optional(),
  mean: z.number(),
  median: z.number(),
  intervals: z.array(z.object({ level: z.number(), lower: z.number(), upper: z.number() })),
});

export const forecastResponse = z.object({
  model: z.object({
    order: z.tuple([z.int(), z.int(), z.int()]),
    seasonal: z.tuple([z.int(), z.int(), z.int(), z.int()]),
    transform: z
      .discriminatedUnion("kind", [
        z.object({ kind: z.literal("box-cox"), lambda: z.number() }),
        z.object({ kind: z.literal("log"), offset: z.number() }),
        z.object({ kind: z.literal("logit"), lower: z.number(), upper: z.number() }),
      ])
      .optional()
      .meta({ description: "The scale the model lives on, where it is not that of the values." }),
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
  reason: z.string().nullable().meta({ description: "Why there is no forecast; null where there is one." }),
  history: z
    .object({ have: z.int(), need: z.int(), stepSeconds: z.number(), firstForecastAt: z.string().nullable() })
    .nullable(),
});

export const seriesList = z.object({ now: z.string(), series: z.array(seriesEntry) });

export const seriesParams = z.object({
  id: z.string().meta({ description: "host/metric, percent-encoded", example: "demo/cpu_percent" }),
});

export const historyQuery = z.object({
  from: time.optional().meta({ description: "Default: a day before `to`." }),
  to: time.optional().meta({ description: "Default: now." }),
  step: z.coerce.number().min(1).max(86_400).optional().meta({ description: "Seconds; default 300." }),
});

export const historyResponse = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  stepSeconds: z.number(),
  points: z.array(z.object({ time: z.string(), value: z.number().nullable() })),
});

export const storedForecastResponse = z.object({
  id: z.string(),
  synthetic: z.boolean(),
  issuedAt: z.string(),
  modelVersion: z.string(),
  stepSeconds: z.number(),
  forecast: z.array(forecastStep),
});

export const healthResponse = z.object({
  status: z.enum(["ok", "degraded"]),
  dependencies: z
    .array(z.object({ name: z.string(), status: z.enum(["ok", "failed"]), detail: z.string().optional() }))
    .optional(),
});

export const problemResponse = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; programs may branch on it." }),
  })
  .meta({ description: "RFC 9457" });

/** Fails to compile when a schema and the contract drift apart, in either direction. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** The contract is written without `| undefined` on its optional fields; zod writes it. */
type Exact<T> = T extends readonly (infer E)[]
  ? number extends T["length"]
    ? Exact<E>[]
    : { [K in keyof T]: Exact<T[K]> }
  : T extends object
    ? { [K in keyof T]: Exact<Exclude<T[K], undefined>> }
    : T;
export type ContractsAgree = [
  Same<Exact<z.output<typeof forecastRequest>>, Exact<ForecastRequest>>,
  Same<Exact<z.output<typeof forecastStep>>, Exact<ForecastStep>>,
  Same<Exact<z.output<typeof forecastResponse>>, Exact<ForecastResponse>>,
  Same<Exact<z.output<typeof seriesEntry>>, Exact<SeriesEntry>>,
  Same<Exact<z.output<typeof seriesList>>, Exact<SeriesListResponse>>,
  Same<Exact<z.output<typeof historyResponse>>, Exact<HistoryResponse>>,
  Same<Exact<z.output<typeof storedForecastResponse>>, Exact<StoredForecastResponse>>,
  Same<Exact<z.output<typeof healthResponse>>, Exact<HealthResponse>>,
  Same<Exact<z.output<typeof problemResponse>>, Exact<Problem>>,
];
export const contractsAgree: ContractsAgree = [true, true, true, true, true, true, true, true, true];
