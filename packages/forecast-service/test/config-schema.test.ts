import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { checkConfig } from "../src/config/check.js";
import { ENVIRONMENT } from "../src/config/environment.js";
import { configJsonSchema } from "../src/config/json-schema.js";
import { FIXED_SECTIONS, LIVE_SECTIONS, reloadInto } from "../src/config/live.js";
import { configReference } from "../src/config/reference.js";
import { loadConfig } from "../src/config.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-schema-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const schema = configJsonSchema();
const accepts = new Ajv({ strict: false }).compile(schema);

// To write these files anew: npx vitest run --project forecast-service config-schema -u
describe("files made from the schema", () => {
  it("config.schema.json, for editors", async () => {
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path("../config.schema.json"));
  });

  it("and the example in it is a configuration", () => {
    const example = /```yaml\n([\s\S]*?)```/.exec(configReference())?.[1] ?? "";
    const file = join(folder, "example.yaml");
    writeFileSync(file, example);
    expect(accepts(parse(example))).toBe(true);
    const config = loadConfig({ file, env: { LOADCAST_SINK_INFLUXDB_TOKEN: "t" } });
    expect(config.series).toHaveLength(2);
  });

  it("and so is the example of docs/http-api.md", () => {
    const page = readFileSync(path("../../../docs/http-api.md"), "utf8");
    for (const name of ["grafana", "pipeline", "release"])
      writeFileSync(join(folder, `${name}-token`), "0123456789abcdef");
    const file = join(folder, "http-api.yaml");
    writeFileSync(file, /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "");
    expect(loadConfig({ file }).auth.tokens).toHaveLength(3);
  });

  it("docs/configuration.md, for people", async () => {
    await expect(configReference()).toMatchFileSnapshot(path("../../../docs/configuration.md"));
  });
});

describe("the JSON Schema", () => {
  const says = (text: string) => {
    const file = join(folder, "any.yaml");
    writeFileSync(file, text);
    return checkConfig({ file }).config !== null;
  };

  it.each([
    ...["port: 0", "port: '9000'", "port: 70000", "port: 80.5", "port: nine", "port: true", "host: ''", "data: 5"],
    ...[
      "demo: yes",
      "demo: 'Off'",
      "demo: 1",
      "demo: 2",
      "demo: perhaps",
      "log: loud",
      "prot: 1",
      "x-mine: { a: [1] }",
    ],
    ...["15s", "15", "0.5m", "1H", "15 parsecs", "0.1", "7200", "'  30s '", "[15s]"].map(
      (v) => `intervals: { collect: ${v} }`,
    ),
    ...["4MB", "512 kib", "4XB", "10", "70000000", "4e6"].map((v) => `http: { bodyLimit: ${v} }`),
    ...["0.1", "'0.1'", "1e-2", "0.6", "-0.1", "ten", "10%"].map((v) => `gate: { margin: ${v} }`),
    ...["http://a:9090/x", "a:9090", "ftp://a", "http://a?b=1", "http://", "http://a#b", "https://u:p@a/"].map(
      (v) => `sources: [{ kind: prometheus, url: '${v}' }]`,
    ),
    ...["redis://a", "rediss://a:1/2", "http://a"].map((v) => `executor: { redis: { url: '${v}' } }`),
    ...["a", "[a, '!b']", "[]", "''", "5", "[5]"].map((v) => `series: [{ match: { host: ${v} }, ignore: true }]`),
    ...["host", "hots"].map((v) => `series: [{ match: { ${v}: a }, threshold: 7 }]`),
    ...["{ kind: host }", "{ kind: guest }", "{ kind: csv }", "{ kind: csv, path: a.csv }", "host"].map(
      (v) => `sources: [${v}]`,
    ),
    ...["x: &m { infer: 10m }", "x-m: &m { infer: 10m }"].map((v) => `${v}\nintervals: { <<: *m, train: 2h }`),
    "thresholds: { cpu_percent: high }",
    "thresholds: { cpu_percent: 90, disk: '80' }",
    "mlflow: { experiment: a }",
    // Only a range that is written in other units, such as 2h where an hour is the most, is beyond it.
  ])("and the check say the same of: %s", (text) => {
    expect(accepts(parse(text, { merge: true }))).toBe(says(text));
  });

  it("describes every setting", () => {
    const missing: string[] = [];
    const visit = (node: { [key: string]: unknown }, at: string) => {
      for (const [key, inner] of Object.entries(
        (node.properties ?? {}) as Record<string, { [key: string]: unknown }>,
      )) {
        const orNull = (inner.anyOf as { description?: string }[] | undefined)?.some(({ description }) => description);
        if (!inner.description && !orNull && inner.const === undefined) missing.push(`${at}${key}`);
        visit(inner, `${at}${key}.`);
      }
      for (const key of ["items", "oneOf", "anyOf", "additionalProperties"]) {
        for (const inner of [node[key]].flat()) {
          if (typeof inner === "object" && inner) visit(inner as { [key: string]: unknown }, `${at}${key}.`);
        }
      }
    };
    visit(schema, "");
    expect(missing).toEqual([]);
  });

  it.each([
    "{}",
    "{ port: 8080, demo: off, intervals: { collect: 15s, infer: 300 } }",
    "{ sources: [{ kind: prometheus, url: 'http://a', match: { job: node, env: [a, '!b'] } }] }",
    "{ sources: [{ kind: influxdb, url: 'http://a', org: o, bucket: b, token: t, metrics: { x: { measurement: m, field: f } } }] }",
    "{ mlflow: null, series: [{ match: { host: 'web-*' }, threshold: null, ignore: true }] }",
    "{ auth: { tokens: [{ name: a, token: 0123456789abcdef, scopes: [read, admin] }] }, http: { bodyLimit: 1MB } }",
  ])("accepts what is accepted: %s", (source) => {
    const document = parse(source);
    expect([accepts(document), accepts.errors]).toEqual([true, null]);
    expect(() => loadConfigFrom(source)).not.toThrow();
  });

  it.each([
    "{ hots: a }",
    "{ port: 70000 }",
    "{ log: loud }",
    "{ intervals: { collect: soon } }",
    "{ sources: [{ kind: prometheus }] }",
    "{ sources: [{ kind: unknown }] }",
    "{ sinks: [{ kind: influxdb, url: 'http://a' }] }",
    "{ series: [{ host: a }] }",
    "{ auth: { tokens: [{ name: a, token: 0123456789abcdef, scopes: [write] }] } }",
  ])("refuses what is refused: %s", (source) => {
    expect(accepts(parse(source))).toBe(false);
    expect(() => loadConfigFrom(source)).toThrow();
  });

  it("has a place for every variable", () => {
    for (const setting of Object.keys(ENVIRONMENT)) {
      const place = setting.split(".").reduce<{ [key: string]: unknown } | undefined>((at, key) => {
        const object =
          (at?.anyOf as { [key: string]: unknown }[] | undefined)?.find(({ type }) => type === "object") ?? at;
        return (object?.properties as Record<string, { [key: string]: unknown }> | undefined)?.[key];
      }, schema);
      expect(place, setting).toBeDefined();
    }
  });
});

describe("reload", () => {
  it("takes what can change, in place, and names what waits for the next start", () => {
    const config = loadConfig();
    const before = config;
    const next = loadConfig({ env: { LOADCAST_PORT: "9", LOADCAST_LOG: "debug", LOADCAST_TRAINING_HISTORY: "2d" } });
    expect(reloadInto(config, next)).toEqual({ changed: ["log", "training"], waiting: ["port"] });
    expect(before).toMatchObject({ port: 8080, log: "debug", training: { history: 172_800_000 } });
    expect(reloadInto(config, next)).toEqual({ changed: [], waiting: ["port"] });
    expect(Object.keys(config).sort()).toEqual([...LIVE_SECTIONS, ...FIXED_SECTIONS].sort());
  });
});

function loadConfigFrom(source: string) {
  const file = join(folder, "config.yaml");
  writeFileSync(file, source);
  return loadConfig({ file });
}
