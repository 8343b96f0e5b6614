import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type InfluxdbOptions, influxdbSink, influxdbSource, spooledSink } from "../../../src/index.js";
import { rejection } from "../../conformance/rejection.js";
import { forecastOf } from "../../conformance/sink.js";
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
const CSV = { "content-type": "text/csv; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };
const HEAD = [
  "#default,samples,,,,,,",
  "#group,false,false,false,false,true,true,true",
  "#datatype,string,long,dateTime:RFC3339,double,string,string,string",
  ",result,table,_time,_value,_field,_measurement,host",
  "",
].join("\r\n");
const ROW = ",,0,2026-02-01T00:00:00Z,12.5,value,m,a\r\n";
const ROWS = `${HEAD}${ROW}${ROW.replace("00:00Z", "00:15Z")}\r\n\r\n`;
const says = (status: number, code: string, message: string, headers: Record<string, string> = {}): Fault =>
  answer(status, JSON.stringify({ code, message }), { ...JSON_TYPE, ...headers });
const PAGE = answer(200, "<html><body>please log in</body></html>", { "content-type": "text/html" });

let server: FaultyServer;
afterEach(() => server.stop());

const place = (): InfluxdbOptions => ({
  url: server.url,
  org: "o",
  bucket: "b",
  token: "t",
  timeoutMillis: 400,
  maxWaitMillis: 1000,
});
const key = { host: "a", metric: "m" };
const range = { from: T, to: T + 60_000 };

/** What goes wrong, how often it is tried again, and what is said when it goes on going wrong. */
const failures: Record<string, readonly [fault: Fault, code: string, message: RegExp, tried: number]> = {
  "the token is wrong": [
    says(401, "unauthorized", "unauthorized access"),
    "NOT_ALLOWED",
    /refuses the token or password \(401: unauthorized access\); check it$/,
    1,
  ],
  "the bucket is missing": [
    says(404, "not found", 'bucket "b" not found'),
    "NOT_FOUND",
    /does not have what was asked for \(404: bucket "b" not found\)$/,
    1,
  ],
  "it asks for fewer requests": [
    says(429, "too many requests", "slow down", { "retry-after": "0" }),
    "UNAVAILABLE",
    /asks for fewer requests \(429: slow down\)$/,
    3,
  ],
  "it asks for an hour of peace": [
    says(429, "too many requests", "slow down", { "retry-after": "3600" }),
    "UNAVAILABLE",
    /asks for fewer requests \(429: slow down\)$/,
    1,
  ],
  "it fails": [says(500, "internal error", "engine: closed"), "UNAVAILABLE", /failed \(500: engine: closed\)$/, 3],
  "it drops the connection in the middle of the request": [
    droppedMidRequest,
    "UNAVAILABLE",
    /cannot be reached \((ECONNRESET|EPIPE|UND_ERR_SOCKET)\); is it running\?$/,
    3,
  ],
};

describe("influxdbSource, when", () => {
  beforeEach(async () => {
    server = await faultyServer(answer(200, ROWS, CSV));
  });
  const source = (options: Partial<InfluxdbOptions> = {}) =>
    influxdbSource({
      ...place(),
      retries: 2,
      metrics: { m: { measurement: "m", field: "value" } },
      clock: () => T + 3_600_000,
      ...options,
    });
  const read = (options?: Partial<InfluxdbOptions>) => source(options).read(key, range);

  const readFailures: typeof failures = {
    ...failures,
    "the connection drops in the middle of the answer": [
      droppedMidAnswer(ROWS, CSV),
      "UNAVAILABLE",
      /cannot be reached \((ECONNRESET|UND_ERR_SOCKET)\); is it running\?$/,
      3,
    ],
    "it answers too slowly": [stalled(ROWS, CSV), "UNAVAILABLE", /did not answer within 0\.4 s$/, 3],
    "the answer is cut short, though the connection ended well": [
      answer(200, ROWS.slice(0, ROWS.length - 10), CSV),
      "UNAVAILABLE",
      /the answer breaks off before its end$/,
      3,
    ],
    "the answer is empty": [answer(200, "", CSV), "UNAVAILABLE", /the answer breaks off before its end$/, 3],
    "the query breaks off in the middle": [
      answer(200, `${ROWS.trimEnd()}\r\n\r\n,error,reference\r\n,out of memory,897\r\n\r\n`, CSV),
      "UNAVAILABLE",
      /the query broke off: out of memory$/,
      3,
    ],
    "somebody else answers": [
      PAGE,
      "INVALID_DATA",
      /answered text\/html instead of CSV; is this the address of an InfluxDB 2\?$/,
      1,
    ],
    "the answer is no annotated CSV": [
      answer(200, "time,value\r\n1,2\r\n\r\n", CSV),
      "INVALID_DATA",
      /no annotated CSV: its header is "time,value"/,
      1,
    ],
  };

  it.each(Object.entries(readFailures))(
    "%s: says so, and reads on when it is over",
    async (_, [fault, code, message, tried]) => {
      server.next(...new Array(tried).fill(fault));
      const error = await rejection(read());
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      const { times, values } = await read();
      expect([...times, ...values]).toEqual([T, T + 15_000, 12.5, 12.5]);
      // Once is not enough for those that are tried again: nothing is lost, and nothing comes twice.
      server.next(...new Array(tried - 1).fill(fault));
      expect((await read()).times.length).toBe(2);
    },
  );

  it("the body is huge: refuses it before it fills the memory", async () => {
    const huge = endless(HEAD, ROW, CSV);
    server.next(huge);
    expect(await rejection(read({ maxBytes: 1_000_000 }))).toMatchObject({
      code: "INVALID_DATA",
      message: `influxdb: ${server.url} answered with more than 1000000 bytes; ask for less at once`,
    });
    // Without a limit of bytes, that of rows makes the pages smaller until there is no smaller one.
    server.next(...new Array(40).fill(huge));
    const error = await rejection(read({ timeoutMillis: 60_000 }));
    expect(error).toMatchObject({ code: "INVALID_DATA" });
    expect(error.message).toContain("more than 1000000 rows within 0.001 s; name fewer series by tags");
  });

  it("all is well: asks once for the last hour of every host, counters included", async () => {
    const reader = influxdbSource({ ...place(), clock: () => T + 3_600_000 });
    expect(await reader.readMetric("cpu_percent", { from: T, to: T + 3_600_000 })).toEqual([]);
    expect(server.bodies.length).toBe(1);
    // A reading before the hour is needed for its first rate.
    expect(server.bodies[0].toString()).toContain(
      "range(start: 2026-01-31T23:55:00.000Z, stop: 2026-02-01T01:00:00.000Z)",
    );
  });

  it("nobody is there at the start: says so, and opens when somebody is", async () => {
    const { url } = server;
    await server.stop();
    const reader = source();
    expect((await rejection(reader.open())).message).toBe(
      `influxdb: ${url} cannot be reached (ECONNREFUSED); is it running?`,
    );
    server = await faultyServer(answer(200, ROWS, CSV));
    await influxdbSource({ ...place(), url: server.url }).open();
  });
});

describe("influxdbSink, when", () => {
  beforeEach(async () => {
    server = await faultyServer(answer(204, ""));
  });
  const written = () => server.bodies.map((body) => gunzipSync(body).toString());
  const forecast = forecastOf(key, T, 2);
  const lines =
    `loadcast_forecast,host=a,metric=m,model=a/m mean=40,median=39,lower80=30,upper80=50,lower95=20,upper95=60,model_version="a/m@7",issued_at=${T}i ${T + 300_000}\n` +
    `loadcast_forecast,host=a,metric=m,model=a/m mean=${40 + 1 / 7},median=${39 + 1 / 7},lower80=${30 + 1 / 7},upper80=${50 + 1 / 7},lower95=${20 + 1 / 7},upper95=${60 + 1 / 7},model_version="a/m@7",issued_at=${T}i ${T + 600_000}\n`;

  const writeFailures: typeof failures = {
    ...failures,
    "it answers too slowly": [stalled("  ", {}), "UNAVAILABLE", /did not answer within 0\.4 s$/, 3],
    "it refuses the data": [
      says(400, "invalid", "unable to parse"),
      "FAILED",
      /refused the request \(400: unable to parse\)$/,
      1,
    ],
    "somebody else answers 200": [
      PAGE,
      "INVALID_DATA",
      /answered 200 to a write instead of 204; is this the address of an InfluxDB 2\?$/,
      1,
    ],
    "it redirects": [
      answer(302, "", { location: "http://127.0.0.1:1/" }),
      "FAILED",
      /redirects elsewhere \(302\); use the address it redirects to$/,
      1,
    ],
  };

  it.each(Object.entries(writeFailures))(
    "%s: says so, and writes when it is over",
    async (_, [fault, code, message, tried]) => {
      const sink = influxdbSink({ ...place(), retries: 2 });
      server.next(...new Array(tried).fill(fault));
      const error = await rejection(sink.writeForecast(forecast));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      server.bodies.length = 0;
      await sink.writeForecast(forecast);
      expect(written()).toEqual([lines]);
    },
  );

  it.each(Object.entries(writeFailures))(
    "%s: a spool loses nothing, and says what it waits for",
    async (_, [fault, , message]) => {
      const refused: string[] = [];
      const spool = spooledSink(influxdbSink({ ...place(), retries: 0 }), {
        firstWaitMillis: 5,
        maxWaitMillis: 20,
        onRejected: (_, { message }) => refused.push(message),
      });
      server.next(fault, fault);
      await spool.writeForecast(forecast);
      await spool.drained();
      if (refused.length > 0) {
        expect(refused[0]).toMatch(message); // 400: it would be refused for ever
      } else {
        expect(spool.stats()).toMatchObject({ delivered: 1, retried: 2, lastError: null });
        expect(written().at(-1)).toBe(lines);
      }
      await spool.close();
    },
  );

  it("sends several forecasts as one compressed request", async () => {
    const sink = influxdbSink(place());
    const hosts = ["a", "b", "c"];
    await sink.writeForecasts(hosts.map((host) => forecastOf({ host, metric: "m" }, T, 2)));
    expect(written().length).toBe(1);
    expect(
      written()[0]
        .match(/^loadcast_forecast,host=(\w)/gm)
        ?.map((start) => start.at(-1)),
    ).toEqual([..."aabbcc"]);
    await sink.writeForecast(forecastOf(key, T, 0));
    expect(written().length).toBe(1);
  });
});

describe("the token", () => {
  const folder = mkdtempSync(join(tmpdir(), "loadcast-token-"));
  const file = join(folder, "token");

  it("may lie in a file, and change there", async () => {
    const seen: (string | undefined)[] = [];
    server = await faultyServer((response, request) => {
      seen.push(request.headers.authorization);
      response.writeHead(204).end();
    });
    const { token: _, ...options } = place();
    const sink = influxdbSink({ ...options, tokenFile: file });
    expect(await rejection(sink.open())).toMatchObject({ code: "NOT_FOUND" });
    writeFileSync(file, "first\n");
    await sink.open();
    writeFileSync(file, "second==\n");
    await sink.open();
    expect(seen).toEqual(["Token first", "Token second=="]);
    writeFileSync(file, "\n");
    const error = await rejection(sink.open());
    expect(error.message).toContain("must hold one token of InfluxDB, without spaces or line breaks");
    rmSync(folder, { recursive: true });
  });

  it.each([
    [{ token: "secret word" }, /token must hold one token/],
    [{ token: undefined }, /set either token or tokenFile, got neither/],
    [{ tokenFile: "x" }, /got both/],
    [{ bucket: "" }, /bucket must be a non-empty text/],
    [{ org: "" }, /org must be a non-empty text/],
    [{ url: "influx:8086" }, /url must be an address such as/],
  ])("and the other options are checked: %o", async (options, message) => {
    server = await faultyServer(answer(204, ""));
    const all = { ...place(), ...options } as InfluxdbOptions;
    expect(() => influxdbSink(all)).toThrow(message);
    expect(() => influxdbSource(all)).toThrow(message);
    expect(() => influxdbSink(all)).not.toThrow(/secret/);
  });

  it.each([
    [{ metrics: {} }, /metrics must name at least one/],
    [{ metrics: { m: [] } }, /the metric m is an empty list/],
    [{ metrics: { m: { measurement: "", field: "x" } } }, /the metric m needs a measurement/],
    [{ metrics: { m: { measurement: "a", field: [] } } }, /the metric m needs a measurement/],
    [{ metrics: { m: { measurement: "a", field: "b", combine: "median" } } }, /combine of the metric m must be/],
    [{ metrics: { m: { formula: 3, inputs: {} } } }, /the metric m needs a formula/],
    [{ metrics: { m: { formula: "a", inputs: {} } } }, /the metric m has no inputs/],
    [{ hostTag: "_field" }, /hostTag must be the name of a tag/],
    [{ maxGapSeconds: 0 }, /maxGapSeconds must be a positive number/],
  ])("and those of the source: %o", async (options, message) => {
    server = await faultyServer(answer(204, ""));
    expect(() => influxdbSource({ ...place(), ...options } as never)).toThrow(message);
  });

  it("and formulas at the first use", async () => {
    server = await faultyServer(answer(204, ""));
    const a = { measurement: "a", field: "b" };
    const metrics = { m: { formula: "x + y", inputs: { x: a } } };
    const error = await rejection(influxdbSource({ ...place(), metrics }).open());
    expect(error.message).toBe('influxdb: "x + y" names y; its inputs are x');
  });
});
