import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { describeError, errorCode } from "../errors.js";
import type { Problem } from "./contract.js";
import { readToTheEnd } from "./unread-body.js";

/** A refusal with the HTTP status it is answered with. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.code = code;
  }
}

/** What each code of the layers below means to a caller. All other codes of failures inside are 500. */
const STATUS: Readonly<Record<string, number>> = {
  UNKNOWN_SERIES: 404,
  UNKNOWN_MODEL: 404,
  UNKNOWN_VERSION: 404,
  UNKNOWN_TASK: 404,
  NO_FORECAST: 404,
  NOT_READY: 409,
  NO_PREVIOUS_VERSION: 409,
  BAD_ALIAS: 400,
  BAD_CURSOR: 400,
  BAD_RANGE: 400,
  TOO_MANY_POINTS: 400,
  NO_DATA: 400,
  OUT_OF_BOUNDS: 400,
  // sarima-core: what the caller sent
  INVALID_ARGUMENT: 400,
  INVALID_ORDER: 400,
  INVALID_PARAMS: 400,
  NON_FINITE: 400,
  TOO_SHORT: 400,
  // sarima-core: data that no model can be had from
  NON_STATIONARY: 422,
  SINGULAR: 422,
  NOT_CONVERGED: 422,
  ABORTED: 503,
  CLOSED: 503,
  UNAVAILABLE: 503,
};

const TITLES: Readonly<Record<number, string>> = {
  400: "Bad request",
  401: "Not known",
  403: "Not allowed",
  404: "Not found",
  405: "Method not allowed",
  406: "Not acceptable",
  408: "Too slow",
  409: "Not possible now",
  413: "Request too large",
  415: "Unsupported media type",
  422: "No model can be fitted",
  429: "Too many requests",
  431: "Headers too large",
  500: "Internal error",
  503: "Not available now",
};

/** Codes of the web framework, in this API's words. */
const FRAMEWORK_CODES: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "BODY_TOO_LARGE",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  FST_ERR_CTP_INVALID_JSON_BODY: "INVALID_JSON",
  FST_ERR_CTP_EMPTY_JSON_BODY: "INVALID_JSON",
};

export function problem(status: number, code: string, detail: string): Problem {
  return { type: "about:blank", title: TITLES[status] ?? "Error", status, detail, code };
}

export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  return reply
    .code(body.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(JSON.stringify(body));
}

/** What is no HTTP, or too much of it, never becomes a request: it is answered on its connection. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const [status, code, detail] = BROKEN[error.code ?? ""] ?? [400, "BAD_REQUEST", "this is no HTTP request"];
  const body = JSON.stringify(problem(status, code, detail));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "content-type: application/problem+json; charset=utf-8",
    `content-length: ${Buffer.byteLength(body)}`,
    "connection: close",
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroySoon();
}

const BROKEN: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "HEADERS_TOO_LARGE", "the headers have more than 16 KB; send less"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "REQUEST_TIMEOUT", "the request did not come to its end in time"],
};

/** Answers every failure as RFC 9457. Failures of our own are logged with their stack and answered without it. */
export function installProblems(app: FastifyInstance, onInternal: (error: unknown) => void): void {
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    const detail = inOurWords(error, request);
    const body = { ...toProblem(error), ...(detail === null ? {} : { detail }) };
    if (body.status === 500) onInternal(error);
    if (error.code === "FST_ERR_CTP_BODY_TOO_LARGE") await readToTheEnd(request.raw);
    if (body.status === 503) reply.header("retry-after", "5");
    return sendProblem(reply, body);
  });
}

/** What the framework says shortly, with the remedy; null where it says enough. */
function inOurWords({ code }: FastifyError, { server, headers, routeOptions }: FastifyRequest): string | null {
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    const most = routeOptions.bodyLimit ?? server.initialConfig.bodyLimit;
    return `the body has more than ${most} bytes; send less, or raise http.bodyLimit in the configuration`;
  }
  if (code === "CLOSED") return "the service is ending; ask again when it is back";
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return `the body's content-type is ${JSON.stringify(headers["content-type"] ?? "")}; it must be application/json`;
  }
  return null;
}

function toProblem(error: FastifyError): Problem {
  const code = errorCode(error);
  const detail = describeError(error);
  if (error instanceof HttpError) return problem(error.status, code, detail);
  const status = STATUS[code];
  if (status !== undefined) return problem(status, code, detail);
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return problem(error.statusCode, FRAMEWORK_CODES[code] ?? "BAD_REQUEST", detail);
  }
  return problem(500, "INTERNAL", "something went wrong inside; the log of the service says what");
}
