import type { AdapterErrorCode } from "./errors.js";

/** What a status that is not 2xx means, and whether another attempt may help. */
export function explainStatus(
  address: string,
  status: number,
  body: Uint8Array,
): { code: AdapterErrorCode; message: string; retry: boolean } {
  const said = `(${status}${reasonIn(body)})`;
  if (status === 401 || status === 403) {
    return { code: "NOT_ALLOWED", message: `${address} refuses the token or password ${said}; check it`, retry: false };
  }
  if (status >= 300 && status < 400) {
    // Followed, a redirect would carry the token to wherever it points.
    return {
      code: "FAILED",
      message: `${address} redirects elsewhere (${status}); use the address it redirects to`,
      retry: false,
    };
  }
  if (status === 404) {
    return { code: "NOT_FOUND", message: `${address} does not have what was asked for ${said}`, retry: false };
  }
  if (status === 429)
    return { code: "UNAVAILABLE", message: `${address} asks for fewer requests ${said}`, retry: true };
  if (status >= 500) return { code: "UNAVAILABLE", message: `${address} failed ${said}`, retry: true };
  return { code: "FAILED", message: `${address} refused the request ${said}`, retry: false };
}

/** What the server says itself: the message of a JSON error, or the beginning of a text. */
function reasonIn(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 4096)).trim();
  let message = text;
  try {
    const { error, message: told } = JSON.parse(text) as { error?: unknown; message?: unknown };
    message = [told, error].find((part): part is string => typeof part === "string") ?? "";
  } catch {
    if (text.startsWith("<")) message = ""; // a page for people
  }
  return message === "" ? "" : `: ${message.length > 200 ? `${message.slice(0, 200)}…` : message}`;
}

/** Milliseconds to wait, from seconds or a date; null when there is no such header. */
export function retryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const millis = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(millis) ? null : Math.max(0, millis);
}

/** fetch says only "fetch failed"; what happened is in its causes. */
export function networkReason(error: unknown): string {
  let reason = error;
  while (reason instanceof Error && reason.cause instanceof Error) reason = reason.cause;
  if (reason instanceof AggregateError && reason.errors.length > 0) reason = reason.errors[0];
  const code = (reason as NodeJS.ErrnoException).code;
  return code ?? (reason instanceof Error ? reason.message : String(reason));
}
