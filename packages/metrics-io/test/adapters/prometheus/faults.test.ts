import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PrometheusSourceOptions, prometheusSource } from "../../../src/index.js";
import { rejection } from "../../conformance/rejection.js";
import {
  answer,
  droppedMidAnswer,
  droppedMidRequest,
  endless,
  type Fault,
  type FaultyServer,
  faultyServer,
  stalled,
} from "../../servers/faulty.js";

const T = Date.UTC(2026, 1, 1);
const JSON_TYPE = { "content-type": "application/json" };
const point = (i: number) => `[${T / 1000 + i * 15},"${i}.5"]`;
const START = '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"instance":"a"},"values":[';
const BODY = `${START}${point(0)},${point(1)}]}]}}`;
const says = (status: number, error: string, headers: Record<string, string> = {}): Fault =>
  answer(status, JSON.stringify({ status: "error", errorType: "x", error }), { ...JSON_TYPE, ...headers });

let server: FaultyServer;
beforeEach(async () => {
  server = await faultyServer(answer(200, BODY, JSON_TYPE));
});
afterEach(() => server.stop());

describe("prometheusSource, when", () => {
  const read = (options: Partial<PrometheusSourceOptions> = {}) =>
    prometheusSource({
      url: server.url,
      metrics: { m: { query: "m{$selector}" } },
      clock: () => T + 3_600_000,
      retries: 2,
      timeoutMillis: 400,
      maxWaitMillis: 1000,
      ...options,
    }).read({ host: "a", metric: "m" }, { from: T, to: T + 60_000 });

  const failures: Record<string, readonly [fault: Fault, code: string, message: RegExp, tried: number]> = {
    "the password is wrong": [answer(401, "Unauthorized"), "NOT_ALLOWED", /refuses the token or password/, 1],
    "there is no such path": [answer(404, "404 page not found"), "NOT_FOUND", /does not have what was asked for/, 1],
    "the query is wrong": [says(400, "parse error"), "FAILED", /refused the request \(400: parse error\)$/, 1],
    "it asks for fewer requests": [says(429, "slow down", { "retry-after": "0" }), "UNAVAILABLE", /fewer requests/, 3],
    "it asks for an hour of peace": [
      says(429, "slow down", { "retry-after": "3600" }),
      "UNAVAILABLE",
      /fewer requests/,
      1,
    ],
    "it fails": [says(500, "expanding series: out of memory"), "UNAVAILABLE", /failed \(500: expanding series/, 3],
    "it gives the query up": [says(503, "query timed out"), "UNAVAILABLE", /failed \(503: query timed out\)$/, 3],
    "it drops the connection in the middle of the request": [droppedMidRequest, "UNAVAILABLE", /cannot be reached/, 3],
    "the connection drops in the middle of the answer": [
      droppedMidAnswer(BODY, JSON_TYPE),
      "UNAVAILABLE",
      /cannot be reached \((ECONNRESET|UND_ERR_SOCKET)\)/,
      3,
    ],
    "it answers too slowly": [stalled(BODY, JSON_TYPE), "UNAVAILABLE", /did not answer within 0\.4 s$/, 3],
    "the answer is cut short, though the connection ended well": [
      answer(200, BODY.slice(0, BODY.length - 12), JSON_TYPE),
      "UNAVAILABLE",
      /the answer breaks off before its end$/,
      3,
    ],
    "somebody else answers": [
      answer(200, "<html>log in</html>", { "content-type": "text/html" }),
      "INVALID_DATA",
      /answered text\/html instead of JSON; is this the right address\?$/,
      1,
    ],
    "the answer is other JSON": [
      answer(200, '{"status":"success"}', JSON_TYPE),
      "INVALID_DATA",
      /did not answer as Prometheus does; is this the right address\?$/,
      1,
    ],
  };

  it.each(Object.entries(failures))(
    "%s: says so, and reads on when it is over",
    async (_, [fault, code, message, tried]) => {
      server.next(...new Array(tried).fill(fault));
      const error = await rejection(read());
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      server.next(...new Array(tried - 1).fill(fault));
      const { times, values } = await read();
      expect([...times, ...values]).toEqual([T, T + 15_000, 0.5, 1.5]);
    },
  );

  it("the body is huge: refuses it before it fills the memory", async () => {
    server.next(endless(START, `${point(0)},`, JSON_TYPE));
    expect(await rejection(read({ maxBytes: 1_000_000, timeoutMillis: 30_000 }))).toMatchObject({
      code: "INVALID_DATA",
      message: `prometheus: ${server.url} answered with more than 1000000 bytes; ask for less at once`,
    });
  });

  it("the answer has spaces, as other programs write it: reads it all the same", async () => {
    server.next(answer(200, JSON.stringify(JSON.parse(BODY), null, 2), JSON_TYPE));
    expect([...(await read()).values]).toEqual([0.5, 1.5]);
  });

  it("one page of many fails: gives no half of an answer, and leaves no rejection behind", async () => {
    server.next(...new Array(5).fill(says(400, "too much")), ...new Array(20).fill(says(500, "down")));
    const source = prometheusSource({
      url: server.url,
      metrics: { m: { samples: "m{$selector}" } },
      clock: () => T,
      retries: 0,
    });
    const error = await rejection(source.read({ host: "a", metric: "m" }, { from: -Infinity, to: Infinity }));
    expect(error.message).toContain("too much");
  });
});
