import { z } from "zod";

const coverage = z.object({ level: z.number(), ratio: z.number() });

const gateScore = z.object({
  name: z.enum(["candidate", "champion", "naive", "seasonal-naive", "empirical-quantiles"]),
  pinball: z.number().meta({ description: "Mean pinball loss; lower is better." }),
  mae: z.number(),
  coverage: z.array(coverage).meta({ description: "Should be near its level." }),
});

export const gateReport = z.object({
  accepted: z.boolean(),
  reason: z.string().meta({ description: "One plain sentence." }),
  origins: z.int(),
  horizon: z.int(),
  scores: z.array(gateScore),
});

export const horizonAccuracy = z.object({
  horizonSeconds: z.number(),
  count: z.int(),
  mae: z.number().nullable(),
  seasonalNaiveMae: z.number().nullable(),
  pinball: z.number().nullable(),
  coverage: z.array(z.object({ level: z.number(), ratio: z.number().nullable() })),
});

const trainResult = z.object({ modelVersion: z.string(), gate: gateReport });

const backtestResult = z.object({
  from: z.string(),
  to: z.string(),
  origins: z.int(),
  scores: z.array(gateScore),
  horizons: z.array(horizonAccuracy),
});

export const taskResponse = z
  .object({
    task: z.string(),
    kind: z.enum(["train", "backtest"]),
    series: z.string(),
    status: z.enum(["queued", "running", "done", "failed", "cancelled"]),
    stage: z.enum(["read", "search", "gate", "register", "replay"]).nullable().meta({
      description:
        "A training reads the history, searches a model, has it judged by the gate and registers it; a backtest replays forecasts. Null before it runs.",
    }),
    progress: z.number().meta({ description: "From 0 to 1." }),
    createdAt: z.string(),
    startedAt: z.string().nullable(),
    endedAt: z.string().nullable(),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    result: z.union([trainResult, backtestResult]).nullable(),
  })
  .meta({
    examples: [
      {
        task: "3f0c6a1e",
        kind: "train",
        series: "web-1/cpu_percent",
        status: "running",
        stage: "search",
        progress: 0.05,
        createdAt: "2026-11-23T10:00:00.000Z",
        startedAt: "2026-11-23T10:00:01.000Z",
        endedAt: null,
        error: null,
        result: null,
      },
    ],
  });

export const taskParams = z.object({
  task: z.string().max(256).meta({ description: "As `task` of the answer that started it." }),
});
