import { z } from "zod";
import { underWay } from "./series.js";

export const healthResponse = z.object({
  status: z.enum(["ok", "degraded"]),
  dependencies: z
    .array(
      z.object({
        name: z.string(),
        status: z.enum(["ok", "failed"]),
        detail: z.string().optional(),
        optional: z.boolean().optional(),
      }),
    )
    .optional(),
});

export const systemResponse = z.object({
  version: z.string(),
  startedAt: z.string(),
  now: z.string(),
  jobs: z.array(
    z.object({
      name: z.string(),
      running: z.boolean(),
      lastRun: z.string().nullable(),
      lastSeconds: z.number().nullable(),
      nextRun: z.string().nullable(),
      runs: z.int(),
      skipped: z.int().meta({ description: "Starts that were due while the run before was still going." }),
      lastError: z.string().nullable(),
    }),
  ),
  steps: z.array(
    z.object({
      name: z.string(),
      count: z.int(),
      medianSeconds: z.number().nullable(),
      failures: z.int(),
      lastError: z.string().nullable(),
    }),
  ),
  executor: z.object({ name: z.string(), concurrency: z.int(), running: z.int(), waiting: z.int() }),
  sources: z.array(
    z.object({ name: z.string(), kind: z.string(), status: z.enum(["ok", "failed"]), detail: z.string().nullable() }),
  ),
  sinks: z.array(
    z.object({
      name: z.string(),
      waiting: z.int(),
      delivered: z.int(),
      dropped: z.int(),
      lastError: z.string().nullable(),
    }),
  ),
  series: z.object({ forecast: z.int(), waiting: z.int(), failed: z.int() }),
  trainings: z.array(z.object({ series: z.string(), ...underWay })),
  memoryBytes: z.number(),
  storeBytes: z.number().nullable(),
});
