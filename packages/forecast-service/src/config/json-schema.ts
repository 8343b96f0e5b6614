import { z } from "zod";
import { configSchema } from "./schema.js";

/**
 * The settings as JSON Schema (draft 7, which editors of YAML know): what a user may write, with descriptions and defaults. A secret is
 * `writeOnly`.
 */
export function configJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    target: "draft-7",
    override: ({ jsonSchema }) => {
      // How it is checked inside says less than what was written about it.
      if (jsonSchema.anyOf && jsonSchema.type === "array") {
        delete jsonSchema.type;
        delete jsonSchema.items;
        delete jsonSchema.minItems;
      }
    },
  });
  // What people keep there for themselves.
  return { ...schema, patternProperties: { "^x-": {} }, title: "Loadcast configuration" };
}
