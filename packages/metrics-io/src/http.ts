import { AdapterError, type AdapterErrorOptions } from "./errors.js";
import { explainStatus, networkReason, retryAfter } from "./http-failure.js";

export interface HttpOptions {
  /** Address of the server, with a path where it lives under one. */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** For one attempt, from connecting to the last byte. Default 15,000. */
  readonly timeoutMillis?: number;
  /** Attempts after the first, where another may help. Default 3. */
  readonly retries?: number;
  /** Longest wait between attempts; a server that asks for a longer one has failed. Default 20,000. */
  readonly maxWaitMillis?: number;
  /** Larger answers are refused before they fill the memory. Default 64 MB. */
  readonly maxBytes?: number;
  /**
   * Ask for compressed answers. Default false: on a local network packing and unpacking costs both sides more time than the bytes,
   * far away it is the other way round.
   */
  readonly compress?: boolean;
}

export interface HttpRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Appended to the server's address. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number>>;
  /** A URLSearchParams is sent as a form, a text or bytes as they are, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sending it twice does no harm, so a failure after the server may have worked on it can be tried again. Default: unless POST or PATCH. */
  readonly repeatable?: boolean;
  /** Reads a failure that the server explains in a form of its own; null leaves it to the status. */
  readonly explain?: (
    status: number,
    body: Uint8Array,
  ) => (ReturnType<typeof explainStatus> & { cause?: unknown }) | null;
  readonly signal?: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Takes the body of one answer in parts, as they come. What it throws is passed on; an UNAVAILABLE is a failed attempt. */
export interface BodyReader<T> {
  push(part: Uint8Array): void;
  end(): T;
}

export interface HttpClient {
  /** The server's address as messages may show it: without user name and password. */
  readonly address: string;
  /**
   * The same as `request`, for an answer that is read while it comes. Every attempt has its own reader, so that an answer that breaks
   * off leaves nothing behind; making one is the moment to refuse headers.
   */
  stream<T>(request: HttpRequest, reader: (answer: Omit<HttpAnswer, "body">) => BodyReader<T>): Promise<T>;
  /** An answer of the status 2xx. Everything else is an AdapterError, after the attempts that could help. */
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** The same, for an answer that must be JSON. */
  json(request: HttpRequest): Promise<unknown>;
}

/** What a test replaces: the passing of time and chance. */
export interface HttpEnvironment {
  readonly sleep: (millis: number, signal?: AbortSignal) => Promise<void>;
  readonly random: () => number;
  readonly now: () => number;
}

/** A failed attempt, and whether another may do better. */
interface Failure {
  readonly error: AdapterError;
  readonly retry: boolean;
}

const FIRST_WAIT_MILLIS = 200;

/**
 * A client for one server: time limits, attempts with exponential waits and full jitter (Brooker, 2015), Retry-After, limits on the
 * size of answers, and errors that say what to do. Reads fetch's answer to the end before it counts as one, so that a truncated
 * body is a failed attempt and not a broken document.
 */
export function httpClient(adapter: string, options: HttpOptions, environment: HttpEnvironment = realTime): HttpClient {
  const { timeoutMillis = 15_000, retries = 3, maxWaitMillis = 20_000, maxBytes = 64 * 2 ** 20 } = options;
  const base = parseAddress(adapter, options.url);
  const headers = new Headers({ "accept-encoding": options.compress ? "gzip" : "identity", ...options.headers });
  const authorization = authorizationOf(options, base);
  if (authorization !== null) headers.set("authorization", authorization);
  base.username = "";
  base.password = "";
  const address = base.href.replace(/\/$/, "");

  const stopped = (cause: unknown) => new AdapterError(adapter, "the request was stopped", { code: "ABORTED", cause });

  const attempt = async <T>(
    request: HttpRequest,
    url: string,
    reader: (answer: Omit<HttpAnswer, "body">) => BodyReader<T>,
  ): Promise<{ value: T } | Failure> => {
    const { method = "GET", repeatable = method !== "POST" && method !== "PATCH" } = request;
    const limit = AbortSignal.timeout(timeoutMillis);
    const signal = request.signal === undefined ? limit : AbortSignal.any([request.signal, limit]);
    const fail = (message: string, retry: boolean, options: AdapterErrorOptions): Failure => ({
      error: new AdapterError(adapter, message, options),
      retry,
    });
    const tooLarge = () =>
      fail(`${address} answered with more than ${maxBytes} bytes; ask for less at once`, false, {
        code: "INVALID_DATA",
      });
    let reading = false;
    try {
      const response = await fetch(url, { method, signal, redirect: "manual", ...encode(request, headers) });
      if (response.ok) {
        reading = true;
        const taken = reader({ status: response.status, headers: response.headers });
        let size = 0;
        reading = false;
        for await (const part of response.body ?? []) {
          size += part.length;
          if (size > maxBytes) return tooLarge(); // leaving the loop cancels the rest
          reading = true;
          taken.push(part);
          reading = false;
        }
        reading = true;
        return { value: taken.end() };
      }
      const body = await readLimited(response, maxBytes);
      if (body === null) return tooLarge();
      const { status } = response;
      const { code, message, retry, cause } = request.explain?.(status, body) ?? {
        ...explainStatus(address, status, body),
        cause: undefined,
      };
      const wait = retryAfter(response.headers.get("retry-after"), environment.now());
      // A refusal before any work was done (429, 503) may always be tried again.
      const again = retry && (repeatable || status === 429 || status === 503);
      return fail(message, again, {
        ...{ code, status },
        ...(cause === undefined ? {} : { cause }),
        ...(wait === null ? {} : { retryAfterMillis: wait }),
      });
    } catch (error) {
      if (reading) {
        if (!(error instanceof AdapterError && error.code === "UNAVAILABLE")) throw error;
        return { error, retry: repeatable };
      }
      if (request.signal?.aborted) throw stopped(error);
      if (limit.aborted) {
        const message = `${address} did not answer within ${timeoutMillis / 1000} s`;
        return fail(message, repeatable, { code: "UNAVAILABLE", cause: error });
      }
      const reason = networkReason(error);
      const refused = reason.includes("ECONNREFUSED") || reason.includes("ENOTFOUND");
      return fail(`${address} cannot be reached (${reason}); is it running?`, repeatable || refused, {
        code: "UNAVAILABLE",
        cause: error,
      });
    }
  };

  const stream: HttpClient["stream"] = async (request, reader) => {
    const url = new URL(address + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value));
    for (let tried = 0; ; tried++) {
      const outcome = await attempt(request, url.href, reader);
      if ("value" in outcome) return outcome.value;
      const backoff = environment.random() * FIRST_WAIT_MILLIS * 2 ** tried;
      const wait = outcome.error.retryAfterMillis ?? backoff;
      if (!outcome.retry || tried >= retries || wait > maxWaitMillis) throw outcome.error;
      await environment.sleep(wait, request.signal).catch((error) => {
        throw stopped(error);
      });
    }
  };

  const request = (request: HttpRequest): Promise<HttpAnswer> => stream(request, wholeBody);

  return {
    address,
    stream,
    request,
    async json(wanted) {
      const { body, headers: answered } = await request({
        ...wanted,
        headers: { accept: "application/json", ...wanted.headers },
      });
      const type = answered.get("content-type") ?? "";
      if (!/\bjson\b/i.test(type)) {
        throw new AdapterError(
          adapter,
          `${address}${wanted.path} answered ${type || "without a type"} instead of JSON; is this the right address?`,
          {
            code: "INVALID_DATA",
          },
        );
      }
      try {
        return JSON.parse(new TextDecoder().decode(body));
      } catch (error) {
        throw new AdapterError(adapter, `${address}${wanted.path} answered JSON that cannot be read`, {
          code: "INVALID_DATA",
          cause: error,
        });
      }
    },
  };
}

const realTime: HttpEnvironment = {
  sleep: (millis, signal) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, millis);
      signal?.addEventListener("abort", stop, { once: true });
    }),
  random: Math.random,
  now: Date.now,
};

function parseAddress(adapter: string, url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : null;
  if (base === null || !/^https?:$/.test(base.protocol) || base.search !== "" || base.hash !== "") {
    // A mistyped address may hold a password, so it is not repeated.
    throw new AdapterError(adapter, "url must be an address such as http://127.0.0.1:9090, without a query", {
      code: "INVALID_ARGUMENT",
    });
  }
  return base;
}

function authorizationOf({ token, username, password }: HttpOptions, base: URL): string | null {
  if (token !== undefined) return `Bearer ${token}`;
  const user = username ?? decodeURIComponent(base.username);
  if (user === "") return null;
  const secret = password ?? decodeURIComponent(base.password);
  return `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}`;
}

function encode({ body, headers: own }: HttpRequest, shared: Headers): Pick<RequestInit, "headers" | "body"> {
  const headers = new Headers(shared);
  for (const [name, value] of Object.entries(own ?? {})) headers.set(name, value);
  if (body === undefined) return { headers };
  if (typeof body === "string" || body instanceof Uint8Array || body instanceof URLSearchParams) {
    return { headers, body };
  }
  headers.set("content-type", "application/json");
  return { headers, body: JSON.stringify(body) };
}

/** Keeps an answer whole. */
function wholeBody(answer: Omit<HttpAnswer, "body">): BodyReader<HttpAnswer> {
  const parts: Uint8Array[] = [];
  return {
    push: (part) => {
      parts.push(part);
    },
    end: () => ({ ...answer, body: parts.length === 1 ? parts[0] : Buffer.concat(parts) }),
  };
}

/** What the server says of a failure, or null when it says more than allowed. */
async function readLimited(response: Response, maxBytes: number): Promise<Uint8Array | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > maxBytes) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}
