import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fromEnvironment } from "../src/config/environment.js";
import { printable } from "../src/config/printable.js";
import { checkConfig, loadConfig } from "../src/config.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function write(source: string, name = `${++files}.yaml`): string {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
}

describe("checkConfig", () => {
  it("names line, column and field of every problem, in the order of the file", () => {
    const file = write(`port: 99999
hots: x
sources:
  - kind: prometheus
    ur: http://a
  - kind: promtheus
  - 5
sinks:
  - { kind: influxdb, url: nonsense, bucket: b, org: o, tokn: abc }
auth:
  tokens:
    - { name: a, token: 0123456789abcdef, scopes: [read, write] }
    - { name: b, scopes: [] }
series:
  - match: { host: "web-*", metrc: x }
    bounds: { lower: 5, upper: 1 }
http: { bodyLimit: 1TB }
retention: { raw: 30d, downsampled: 2d }
intervals: 5
`);
    const { problems, config } = checkConfig({ file });
    expect(config).toBeNull();
    expect(problems.map(({ line, column, field }) => `${line}:${column} ${field}`)).toEqual([
      "1:7 port",
      "2:1 hots",
      "4:5 sources[0].url",
      "5:5 sources[0].ur",
      "6:11 sources[1].kind",
      "7:5 sources[2]",
      "9:28 sinks[0].url",
      "9:57 sinks[0].tokn",
      "12:58 auth.tokens[0].scopes[1]",
      "13:26 auth.tokens[1].scopes",
      "15:29 series[0].match.metrc",
      "16:13 series[0].bounds",
      "17:20 http.bodyLimit",
      "18:37 retention.downsampled",
      "19:12 intervals",
    ]);
    for (const { message, origin } of problems) {
      expect(message).not.toContain("\n");
      expect(origin).toBe(file);
    }
  });

  it.each([
    ["hots: x", "did you mean host?"],
    ["sources: [{ kind: csv, path: a, timeColum: t }]", "did you mean timeColumn?"],
    ["executor: { redis: { ulr: x } }", "did you mean url?"],
    ["http: { ratelimit: {} }", "did you mean rateLimit?"],
    ["training: { models: sarima }", "did you mean model?"],
  ])("suggests the nearest setting for %s", (source, words) => {
    expect(checkConfig({ file: write(source) }).problems[0].message).toContain(words);
  });

  it("offers the settings of an entry's own kind only, and no nonsense", () => {
    const { problems } = checkConfig({ file: write("sources: [{ kind: csv, path: a, zzzzzz: 1 }]") });
    expect(problems[0].message).toContain("kind, name, path, host, metric, timeColumn, valueColumn, every");
    expect(problems[0].message).not.toContain("did you mean");
  });

  it("says how many problems there are beyond the first", () => {
    const file = write("port: a\nlog: loud\nthreads: 0\n");
    expect(() => loadConfig({ file })).toThrow(
      /^port in .* is "a".* \(and 2 more; loadcast config check lists them\)$/,
    );
  });

  it("names the variable that is wrong, not the file", () => {
    const file = write("mlflow: { url: 'http://127.0.0.1:5000' }");
    const { problems } = checkConfig({ file, env: { LOADCAST_MLFLOW_URL: "ftp://x" } });
    expect(problems).toEqual([
      {
        field: "mlflow.url",
        origin: "LOADCAST_MLFLOW_URL",
        line: null,
        column: null,
        message: 'LOADCAST_MLFLOW_URL is "ftp://x"; it must be an address such as http://127.0.0.1:5000',
      },
    ]);
  });

  it("survives what YAML can do to it", () => {
    expect(checkConfig({ file: write("port: 1\nport: 2\n") }).problems[0]).toMatchObject({ line: 2, column: 1 });
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
    for (const name of "bcdefgh")
      bomb.push(`${name}: &${name} [${Array(9).fill(`*${String.fromCharCode(name.charCodeAt(0) - 1)}`)}]`);
    expect(checkConfig({ file: write(bomb.join("\n")) }).problems[0].message).toContain("is not valid YAML");
    const proto = checkConfig({ file: write("__proto__: { polluted: 1 }\nport: 1\n") });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(proto.problems.length + (proto.config ? 1 : 0)).toBeGreaterThan(0);
    for (const source of ["sources: null", "series: 5", "auth: []", "thresholds: [1]", "sources: [null]"]) {
      expect(checkConfig({ file: write(source) }).problems).toHaveLength(1);
    }
  });

  it("finds its place behind aliases and merges", () => {
    const problem = (source: string) => {
      const [{ line, column, message }] = checkConfig({ file: write(source) }).problems;
      return `${line}:${column} ${message.replace(/ in \S+/, "")}`;
    };
    expect(problem("port: *nope\n")).toMatch(/^1:7 .*\(line 1, column 7\): Unresolved alias .*: nope$/);
    expect(problem("x-all: &all { infer: soon }\nintervals:\n  <<: *all\n")).toMatch(/^3:3 intervals.infer is "soon"/);
    expect(problem("x-one: &one 5\nlog: *one\n")).toMatch(/^2:6 log is 5; it must be one of/);
    expect(problem("port: 1\n---\nport: 2\n")).toMatch(/^2:1 .* keep what stands before the second ---$/);
    expect(problem("sources: [{ kind: prometheus, url: 'http://a', hosts: 5 }]")).toMatch(
      /^1:55 sources\[0\].hosts is 5; it must be a pattern/,
    );
    expect(problem("base: 1\n")).not.toContain("did you mean");
  });

  it("names the variable whose file holds a secret that is too short", () => {
    write("short\n", "short-token");
    const env = { LOADCAST_TOKEN_FILE: join(folder, "short-token") };
    expect(checkConfig({ env }).problems[0].message).toMatch(/^LOADCAST_TOKEN_FILE is too short/);
  });

  it("asks for different names", () => {
    const two = "sources: [{ kind: prometheus, url: 'http://a' }, { kind: prometheus, url: 'http://b' }]";
    expect(checkConfig({ file: write(two) }).problems[0]).toMatchObject({ field: "sources[1].name" });
  });
});

describe("secrets", () => {
  it("come from files, beside the configuration or beside who starts it", () => {
    write("  s3cret\n", "token.txt");
    const file = write("mlflow: { url: 'http://127.0.0.1:5000', tokenFile: token.txt }\n");
    expect(loadConfig({ file }).mlflow?.token).toBe("s3cret");
    expect(loadConfig({ file }).mlflow).not.toHaveProperty("tokenFile");

    const other = write("other", "other.txt");
    expect(loadConfig({ file, env: { LOADCAST_MLFLOW_TOKEN_FILE: other } }).mlflow?.token).toBe("other");
    expect(loadConfig({ file, env: { LOADCAST_MLFLOW_TOKEN: "direct" } }).mlflow?.token).toBe("direct");
    const beside = checkConfig({ file, env: { LOADCAST_MLFLOW_TOKEN_FILE: "token.txt" } }).problems[0];
    expect(beside.message).toMatch(/^LOADCAST_MLFLOW_TOKEN_FILE names .*token\.txt, which cannot be used: ENOENT/);
  });

  it.each([
    "auth: { tokens: [{ name: a, scopes: [read], tokenFile: nowhere }] }",
    "sources: [{ kind: influxdb, url: 'http://a', org: o, bucket: a, tokenFile: nowhere }]",
  ])("whose file cannot be read are not called missing as well: %s", (source) => {
    const { problems } = checkConfig({ file: write(source) });
    expect(problems.map(({ message }) => message)).toEqual([expect.stringMatching(/nowhere, which cannot be used/)]);
  });

  it("belong to the entry whose name is in the variable", () => {
    const file = write(`sources:
  - { kind: influxdb, url: "http://a", org: o, bucket: a }
  - { kind: influxdb, name: eu-west, url: "http://b", org: o, bucket: b, tokenFile: nowhere }
auth: { tokens: [{ name: grafana, scopes: [read] }] }
`);
    const config = loadConfig({
      file,
      env: {
        LOADCAST_SOURCE_INFLUXDB_TOKEN: "first",
        LOADCAST_SOURCE_EU_WEST_TOKEN: "second",
        LOADCAST_SOURCE_EU_WEST_URL: "http://c",
        LOADCAST_AUTH_GRAFANA_TOKEN: "0123456789abcdef",
      },
    });
    expect(config.sources).toMatchObject([{ token: "first" }, { token: "second", url: "http://c" }]);
    expect(config.auth.tokens[0].token).toBe("0123456789abcdef");
  });

  it.each([
    ["auth: { tokens: [{ name: a, scopes: [read] }] }", "give token or tokenFile"],
    ["auth: { token: short }", "at least 16 characters"],
    ["auth: { token: 0123456789abcdefgh, tokenFile: x }", "give one of them"],
    ["mlflow: { url: 'http://a', passwordFile: . }", "cannot be used"],
    ["mlflow: { url: 'http://a', passwordFile: empty.txt }", "it is empty"],
    ["auth: { tokenFile: lines.txt }", "it has more than one line; keep the secret alone in it"],
  ])("that cannot be used are a problem: %s", (source, words) => {
    write(" \n", "empty.txt");
    write("0123456789abcdef\n0123456789abcdeg\n", "lines.txt");
    expect(
      checkConfig({ file: write(source) })
        .problems.map(({ message }) => message)
        .join(),
    ).toContain(words);
  });

  it("are in no message and in nothing that is printed", () => {
    const secret = "very-secret-value-1234";
    const bad = write(`auth: { tokens: { name: x, token: ${secret} } }
sources: [{ kind: prometheus, url: "ftp://user:${secret}@host", token: [${secret}] }]
mlflow: { url: "http://u:${secret}@h/?q=1", password: { a: ${secret} } }
`);
    const { problems } = checkConfig({ file: bad, env: { LOADCAST_TOKEN: secret } });
    expect(problems.length).toBeGreaterThan(3);
    expect(JSON.stringify(problems)).not.toContain(secret);
    const good = write(`auth: { token: ${secret}, tokens: [{ name: x, token: ${secret}, scopes: [read] }] }
sources: [{ kind: prometheus, url: "http://user:${secret}@host", password: ${secret} }]
`);
    expect(JSON.stringify(printable(loadConfig({ file: good })))).not.toContain(secret);
  });
});

describe("what is printed", () => {
  it("can be read again and means the same", () => {
    mkdirSync(join(folder, "data"), { recursive: true });
    const file = write(`data: ${join(folder, "data")}
intervals: { collect: 1s }
sources: [{ kind: prometheus, url: "http://a", every: 90s, match: { job: [a, "!b"] }, metrics: { load1: "node_load1{$selector}" } }]
sinks: [{ kind: prometheus, horizons: [5m] }]
series: [{ match: { host: "a*" }, history: 8h, threshold: null, bounds: { upper: 3 } }]
retention: { raw: 2d }
http: { bodyLimit: 1MB, rateLimit: { requests: 5, per: 1m } }
`);
    const config = loadConfig({ file });
    const again = loadConfig({ file: write(JSON.stringify(printable(config))) });
    expect(again).toEqual(config);
  });
});

it("knows every variable by the place it sets", () => {
  const document = { sources: [{ kind: "prometheus" }], sinks: [{ name: "a-b" }], auth: { tokens: [{ name: "c" }] } };
  const env = { LOADCAST_SOURCE_PROMETHEUS_URL: "u", LOADCAST_SINK_A_B_PASSWORD_FILE: "f", LOADCAST_AUTH_C_TOKEN: "t" };
  expect(fromEnvironment(env, document).map(({ path }) => path.join("."))).toEqual([
    "sources.0.url",
    "sinks.0.passwordFile",
    "auth.tokens.0.token",
  ]);
  expect(checkConfig({ env: { LOADCAST_PROT: "1" } }).unknown).toEqual([
    { name: "LOADCAST_PROT", meant: "LOADCAST_PORT" },
  ]);
});
