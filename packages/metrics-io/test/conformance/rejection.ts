import { expect } from "vitest";
import { AdapterError } from "../../src/index.js";

/** The AdapterError that a promise is rejected with; one line, with the adapter's name in front. */
export async function rejection(promise: Promise<unknown>): Promise<AdapterError> {
  const error = await promise.then(
    (value) => expect.fail(`resolved with ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AdapterError);
  const { message, adapter } = error as AdapterError;
  expect(message).not.toMatch(/[\r\n]/);
  expect(message.startsWith(`${adapter}: `)).toBe(true);
  return error as AdapterError;
}
