import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildFake, type Operation, operations } from "./fake-application.js";
import { KNOWN } from "./fake-questions.js";

// What Schemathesis does: requests made from the API's own document, valid ones, nearly valid ones and nonsense. None may be answered with
// 500, and every answer must be one that the document names, in its media type.

let app: Awaited<ReturnType<typeof buildFake>>;
let all: Operation[];
beforeAll(async () => {
  app = await buildFake({
    settings: (config) => {
      config.http.rateLimit.requests = 0;
    },
  });
  // An event stream does not end by itself.
  all = (await operations(app)).filter(({ path }) => !path.endsWith("/events"));
});
afterAll(() => app.close());

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema is what is read here
type Schema = any;

const nonsense = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "",
    "0",
    "-1",
    "1e309",
    "NaN",
    "null",
    "__proto__",
    "constructor",
    "../..",
    "%00",
    "a/b",
    "'; --",
    "9".repeat(400),
  ),
);

/** Values that fit a schema, as far as it is used in this API, with something else now and then. */
function likely(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const fitting = fittingValue(schema, depth);
  return fc.oneof(
    { weight: 6, arbitrary: fitting },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown> },
  );
}

function fittingValue(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const options = schema?.anyOf ?? schema?.oneOf;
  if (options) return fc.oneof(...options.map((option: Schema) => likely(option, depth)));
  if (schema?.const !== undefined) return fc.constant(schema.const);
  if (schema?.enum) return fc.constantFrom(...schema.enum);
  const min = schema?.minimum ?? (schema?.exclusiveMinimum === undefined ? -1000 : schema.exclusiveMinimum + 0.01);
  const max = schema?.maximum ?? (schema?.exclusiveMaximum === undefined ? 1000 : schema.exclusiveMaximum - 0.01);
  switch (schema?.type) {
    case "integer":
      return fc.integer({ min: Math.max(min, -100), max: Math.min(max, 60) });
    case "number":
      return fc.double({ min, max: Math.max(min, Math.min(max, 1e6)), noNaN: true });
    case "boolean":
      return fc.boolean();
    case "array": {
      if (schema.prefixItems) return fc.tuple(...schema.prefixItems.map((item: Schema) => likely(item, depth + 1)));
      const size = { minLength: Math.min(schema.minItems ?? 0, 40), maxLength: Math.min(schema.maxItems ?? 40, 40) };
      return fc.array(fittingValue(schema.items, depth + 1), size);
    }
    case "object": {
      const fields = Object.entries<Schema>(schema.properties ?? {});
      const record = Object.fromEntries(fields.map(([name, inner]) => [name, likely(inner, depth + 1)]));
      return fc.record(record, { requiredKeys: (schema.required ?? []).filter(() => depth >= 0) });
    }
    case "string":
      if (schema.format === "date-time") {
        return fc
          .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
          .map((date) => date.toISOString());
      }
      return fc.oneof(nonsense, fc.constant(KNOWN), fc.constant("champion"), fc.constant("2"));
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

/** A request to one operation of the document. */
function requestTo({ method, path, document }: Operation) {
  const parameters: Schema[] = document.parameters ?? [];
  const part = (where: string) =>
    fc.record(
      Object.fromEntries(
        parameters.filter((parameter) => parameter.in === where).map(({ name, schema }) => [name, likely(schema)]),
      ),
      where === "path" ? {} : { requiredKeys: [] },
    );
  const body: Schema = document.requestBody?.content?.["application/json"]?.schema;
  return fc
    .record({ params: part("path"), query: part("query"), body: body ? likely(body) : fc.constant(undefined) })
    .map(({ params, query, body: payload }: { params: Schema; query: Schema; body: unknown }) => {
      const text = (value: unknown) => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
      const url = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(wellFormed(text(params[name]))) || "-");
      const search = new URLSearchParams(
        Object.entries(query).map(([name, value]): [string, string] => [name, text(value)]),
      );
      return {
        method: method.toUpperCase() as "GET" | "POST" | "DELETE",
        url: `${url}?${search}`,
        ...(payload === undefined
          ? {}
          : { headers: { "content-type": "application/json" }, payload: JSON.stringify(payload) }),
      };
    });
}

/** encodeURIComponent throws at half of a surrogate pair. */
const wellFormed = (text: string) => Buffer.from(text, "utf8").toString("utf8");

describe("requests made from the API's document", () => {
  it("are answered as it says, and never with a failure of our own", { timeout: 120_000 }, async () => {
    const seen = new Map<number, number>();
    for (const operation of all) {
      await fc.assert(
        fc.asyncProperty(requestTo(operation), async (request) => {
          const response = await app.inject(request);
          const { statusCode } = response;
          seen.set(statusCode, (seen.get(statusCode) ?? 0) + 1);
          const about = `${request.method} ${request.url} ${"payload" in request ? request.payload : ""}: ${response.body.slice(0, 300)}`;
          expect(statusCode, about).toBeLessThan(500);
          // A path that is none of the API's (an empty name, dots) is a plain 404, which every API has.
          if (statusCode === 404 && response.json().code === "NOT_FOUND") return;
          const described = operation.document.responses[statusCode];
          expect(described, about).toBeDefined();
          const media = String(response.headers["content-type"]).split(";")[0];
          expect(Object.keys(described.content), about).toContain(media);
        }),
        { numRuns: operation.path.endsWith("/forecast") && operation.method === "post" ? 60 : 100 },
      );
    }
    // Otherwise it was one kind of request only.
    for (const status of [200, 202, 400, 404]) expect(seen.get(status) ?? 0, `status ${status}`).toBeGreaterThan(20);
  });

  it("that are broken on the way are refused, not failed", async () => {
    const bodies = [
      "",
      "{",
      "[]",
      "null",
      '"x"',
      '{"values":[1,2',
      "\u0000",
      '{"__proto__":{"a":1}}',
      `{"values":${"[".repeat(5000)}`,
    ];
    const types = [
      "application/json",
      "application/json; charset=utf-16",
      "text/plain",
      "application/xml",
      "",
      "multipart/form-data",
    ];
    for (const { method, path, document } of all.filter((one) => one.method === "post")) {
      for (const payload of bodies) {
        for (const type of types) {
          const url = path.replace(/\{\w+\}/g, encodeURIComponent(KNOWN)).replace(/aliases\/.*/, "aliases/champion");
          const response = await app.inject({
            method: method.toUpperCase() as "POST",
            url,
            headers: { "content-type": type },
            payload,
          });
          expect(response.statusCode, `${url} ${type} ${payload.slice(0, 30)}: ${response.body}`).toBeLessThan(500);
          if (document.requestBody) expect(response.statusCode).toBeGreaterThanOrEqual(400);
        }
      }
    }
  });
});
