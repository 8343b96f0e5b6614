import { z } from "zod";

const TIME_WANTED = "Expected a time with its zone, such as 2026-01-31T12:00:00Z or 2026-01-31T13:00:00+01:00";

export const time = z.iso
  .datetime({ offset: true, error: ({ input }) => (typeof input === "string" ? TIME_WANTED : undefined) })
  .meta({ description: "ISO 8601 with a time zone" });

export const orderTriple = z.tuple([z.int(), z.int(), z.int()]);
export const seasonalOrder = z.tuple([z.int(), z.int(), z.int(), z.int()]);

export const transform = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("box-cox"), lambda: z.number() }),
    z.object({ kind: z.literal("log"), offset: z.number() }),
    z.object({ kind: z.literal("logit"), lower: z.number(), upper: z.number() }),
  ])
  .meta({ description: "The scale the model lives on, where it is not that of the values." });

export const forecastStep = z.object({
  step: z.int(),
  time: z.string().optional(),
  mean: z.number(),
  median: z.number(),
  intervals: z.array(z.object({ level: z.number(), lower: z.number(), upper: z.number() })),
});

/** `limit` and where to go on; `after` is what the page before calls `next`. */
export const page = (most: number, usual: number) => ({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(most)
    .optional()
    .meta({ description: `Entries of a page; default ${usual}.` }),
  after: z.string().min(1).max(1024).optional().meta({ description: "`next` of the page before." }),
});

export const range = {
  from: time.optional().meta({ description: "Begin; see the route for what it is by default." }),
  to: time.optional().meta({ description: "End, exclusive. Default: now." }),
};

export const seriesParams = z.object({
  id: z.string().meta({ description: "host/metric, percent-encoded", example: "demo/cpu_percent" }),
});

export const problemResponse = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; programs may branch on it." }),
  })
  .meta({
    description: "RFC 9457",
    examples: [
      {
        type: "about:blank",
        title: "Not found",
        status: 404,
        detail: 'there is no series "web-9/cpu_percent"; GET /api/v1/series names those known',
        code: "UNKNOWN_SERIES",
      },
    ],
  });
