import { AdapterError } from "../errors.js";

export function unknownModel(adapter: string, model: string): AdapterError {
  return new AdapterError(adapter, `there is no model ${JSON.stringify(model)}; models() names those known`, {
    code: "NOT_FOUND",
  });
}

export function unknownVersion(adapter: string, model: string, version: number): AdapterError {
  return new AdapterError(
    adapter,
    `there is no version ${version} of ${JSON.stringify(model)}; versions() names those known`,
    { code: "NOT_FOUND" },
  );
}

export function stillInUse(adapter: string, model: string, version: number, aliases: readonly string[]): AdapterError {
  return new AdapterError(
    adapter,
    `version ${version} of ${JSON.stringify(model)} is its ${aliases.join(" and ")}; point that at another version first`,
    { code: "INVALID_ARGUMENT" },
  );
}
