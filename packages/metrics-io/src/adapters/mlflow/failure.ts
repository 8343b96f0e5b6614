import type { AdapterErrorCode } from "../../errors.js";
import { explainStatus } from "../../http-failure.js";

export const NAME = "mlflow";

/** The cause of an AdapterError for which MLflow gave a code of its own, such as RESOURCE_DOES_NOT_EXIST. */
export class MlflowFailure extends Error {
  readonly errorCode: string;

  constructor(errorCode: string, message: string) {
    super(message);
    this.name = "MlflowFailure";
    this.errorCode = errorCode;
  }
}

/** MLflow's own code of an error; null when it has none. The status says less: an unknown alias is a 400, as is a wrong parameter. */
export function errorCode(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof MlflowFailure ? cause.errorCode : null;
}

const CODES: Readonly<Record<string, AdapterErrorCode>> = {
  RESOURCE_DOES_NOT_EXIST: "NOT_FOUND",
  RESOURCE_ALREADY_EXISTS: "FAILED",
  INVALID_PARAMETER_VALUE: "INVALID_ARGUMENT",
  BAD_REQUEST: "INVALID_ARGUMENT",
  UNAUTHENTICATED: "NOT_ALLOWED",
  PERMISSION_DENIED: "NOT_ALLOWED",
};

/** What an answer that is not 2xx means. */
export function explainMlflow(address: string, status: number, body: Uint8Array) {
  const usual = explainStatus(address, status, body);
  const text = new TextDecoder().decode(body.subarray(0, 100_000));
  if (status === 403 && text.startsWith("Invalid Host header")) {
    const message = `${address} refuses requests for this host name; start it with --allowed-hosts ${new URL(address).host} (MLFLOW_SERVER_ALLOWED_HOSTS)`;
    return { code: "NOT_ALLOWED" as const, message, retry: false };
  }
  let answer: { error_code?: unknown; message?: unknown } = {};
  try {
    answer = JSON.parse(text) ?? {};
  } catch {
    return null; // a page of something in front of MLflow, or of an address that is not MLflow's
  }
  if (typeof answer.error_code !== "string") return null;
  const cause = new MlflowFailure(answer.error_code, String(answer.message ?? ""));
  return { ...usual, code: CODES[answer.error_code] ?? usual.code, cause };
}
