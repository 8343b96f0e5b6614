import { z } from "zod";
import { orderTriple, page, seasonalOrder, transform } from "./common.js";
import { gateReport } from "./tasks.js";

export const modelName = z
  .string()
  .meta({ description: "The id of its series, percent-encoded", example: "demo/cpu_percent" });
export const modelParams = z.object({ name: modelName });

export const modelListQuery = z.object(page(1000, 100));

export const modelList = z.object({
  models: z.array(
    z.object({
      name: z.string(),
      champion: z.int().nullable().meta({ description: "The version that forecasts are made with." }),
      challenger: z.int().nullable(),
      latest: z.int(),
      trainedAt: z.string(),
    }),
  ),
  next: z.string().nullable(),
});

const criteria = {
  logLik: z.number().nullable(),
  aic: z.number().nullable(),
  aicc: z.number().nullable(),
  bic: z.number().nullable(),
};

const modelVersion = z.object({
  version: z.int(),
  modelVersion: z.string().meta({ description: "What forecasts are marked with: name@version." }),
  kind: z.enum(["sarima", "ensemble"]),
  description: z.string(),
  aliases: z.array(z.string()),
  trainedAt: z.string(),
  trainSeconds: z.number(),
  from: z.string().nullable(),
  to: z.string().nullable(),
  values: z.int(),
  ...criteria,
  warnings: z.array(z.string()),
  gate: gateReport.nullable().meta({ description: "Why it went live, or did not." }),
});

export const versionsQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).optional().meta({ description: "Entries of a page; default 20." }),
  before: z.coerce.number().int().min(1).optional().meta({ description: "`next` of the page before." }),
});

export const modelVersions = z.object({
  name: z.string(),
  versions: z.array(modelVersion).meta({ description: "Newest first." }),
  next: z.int().nullable(),
});

export const versionParams = z.object({
  name: modelName,
  version: z.string().max(256).meta({ description: "A number, or an alias such as champion." }),
});

export const modelDetail = modelVersion.extend({
  name: z.string(),
  members: z.array(
    z.object({
      weight: z.number(),
      reason: z.string(),
      name: z.string(),
      order: orderTriple.nullable(),
      seasonal: seasonalOrder.nullable(),
      transform: transform.nullable(),
      parameters: z.array(z.object({ name: z.string(), value: z.number(), standardError: z.number().nullable() })),
      sigma2: z.number().nullable(),
      ...criteria,
    }),
  ),
  tried: z.array(
    z.object({
      order: orderTriple,
      seasonal: seasonalOrder,
      criterion: z.number().nullable(),
      error: z.string().optional(),
    }),
  ),
  residuals: z
    .object({
      count: z.int(),
      acf: z.array(z.number()),
      acfBound: z.number(),
      histogram: z.array(z.object({ lower: z.number(), upper: z.number(), count: z.int() })),
      quantiles: z.array(z.object({ theoretical: z.number(), sample: z.number() })),
      ljungBox: z.object({ lag: z.int(), statistic: z.number(), pValue: z.number() }),
      jarqueBera: z.object({ statistic: z.number(), pValue: z.number() }),
    })
    .nullable(),
});

export const aliasParams = z.object({
  name: modelName,
  alias: z
    .string()
    .regex(
      /^(?![Ll][Aa][Tt][Ee][Ss][Tt]$)(?![Vv]?\d+$)[A-Za-z0-9_-]{1,100}$/,
      'letters, digits, "_" and "-", not "latest", no number and no "v" and a number: those are versions',
    )
    .meta({ description: "champion is what forecasts are made with.", example: "champion" }),
});

export const aliasRequest = z
  .union([z.strictObject({ version: z.int().min(1) }), z.strictObject({ rollback: z.literal(true) })], {
    error: '{ "version": 3 } to promote, or { "rollback": true } to go back to the version before',
  })
  .meta({ examples: [{ version: 3 }, { rollback: true }] });

export const aliasResponse = z.object({
  name: z.string(),
  alias: z.string(),
  version: z.int(),
  previous: z.int().nullable(),
});
