import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import { HttpError } from "./problem.js";

/** Requests are checked with zod; an error names the field as a caller writes it, what came, and what is wanted. */
export function installValidation(app: FastifyInstance): void {
  app.setValidatorCompiler<z.ZodType>(({ schema, httpPart }) => (data) => {
    const result = schema.safeParse(data, { reportInput: true });
    if (result.success) return { value: result.data };
    const issue = result.error.issues[0];
    const where = httpPart === "body" ? "" : `${httpPart === "querystring" ? "query" : httpPart} `;
    throw new HttpError(400, "INVALID_REQUEST", `${where}${explain(issue)}`);
  });
  // Responses are typed by the contract and tested against the schemas; checking each again costs time and tells callers nothing.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

function explain(issue: z.core.$ZodIssue): string {
  const field = fieldName(issue.path);
  if (issue.code === "unrecognized_keys") {
    return `${field ? `${field}.` : ""}${issue.keys[0]} is not a field of this request`;
  }
  if (issue.code === "custom") return `${field} ${issue.message}`;
  if (issue.input === undefined) return field ? `${field} is required` : "a JSON body is required";
  const wanted = issue.message.replace(/^Invalid input: /, "").replace(/, received .*$/, "");
  return `${field || "the body"}: ${lowerFirst(wanted)}; received ${quote(issue.input)}`;
}

/** ["values", 3] → "values[3]" */
function fieldName(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === "number" ? `${name}[${key}]` : name ? `${name}.${String(key)}` : String(key)),
    "",
  );
}

function quote(value: unknown): string {
  if (Array.isArray(value)) return `${value.length} values`;
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
