import { expect } from "vitest";
import type { z } from "zod";
import type { Problem } from "../src/http/contract.js";
import { problemResponse } from "../src/http/schemas.js";

/** The body has the shape that the API's document promises, and not a field more. */
export function expectShape<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

export function expectProblem(
  response: { statusCode: number; headers: Record<string, unknown>; body: string },
  status: number,
): Problem {
  expect(response.statusCode).toBe(status);
  expect(response.headers["content-type"]).toContain("application/problem+json");
  const body = expectShape(problemResponse, JSON.parse(response.body));
  expect(body.status).toBe(status);
  expect(body.detail).not.toMatch(/\n|\bat .*:\d+:\d+/);
  return body;
}
