import { type Influxdb, missing, versionOf } from "../../../../tools/stack/index.mjs";
import { connect } from "../../src/adapters/influxdb/connection.js";

/** A bucket of a running InfluxDB and how to reach it. */
export type Place = Pick<Influxdb, "url" | "org" | "token" | "bucket">;

/** "" where InfluxDB 2 and these others are installed, else why a suite is skipped. Version 1.8 may stand in for it elsewhere. */
export function missingInfluxdb(...others: Parameters<typeof missing>): string {
  const absent = missing("influxdb", ...others);
  if (absent !== "") return absent;
  const version = versionOf("influxdb") ?? "";
  return version.startsWith("2.") ? "" : ` (skipped, needs InfluxDB 2; ${version} is installed)`;
}

let buckets = 0;

/** A bucket with nothing in it, whose name needs care unless one is given. */
export async function freshBucket(server: Influxdb, bucket = `bucket ${++buckets} \${x} größe`): Promise<Place> {
  const { url, org, token } = server;
  const { orgs } = (await ask(server, `/api/v2/orgs?org=${org}`)) as { orgs: { id: string }[] };
  await ask(server, "/api/v2/buckets", { orgID: orgs[0].id, name: bucket, retentionRules: [] });
  return { url, org, token, bucket };
}

/** Writes lines of line protocol with times in milliseconds. */
export function writeLines(place: Place, lines: readonly string[]): Promise<void> {
  return connect(place).write(lines.join("\n"));
}

/** A tag value as line protocol has it. */
export const tagValue = (text: string) => text.replace(/[,= ]/g, "\\$&");

/** Rows of a Flux query as objects of texts, by the official client: a way to look that does not pass through our own reader. */
export async function rowsOf({ url, org, token }: Place, flux: string): Promise<Record<string, string>[]> {
  const { InfluxDB } = await import("@influxdata/influxdb-client");
  return new InfluxDB({ url, token }).getQueryApi(org).collectRows(flux);
}

async function ask({ url, token }: Influxdb, path: string, body?: unknown): Promise<unknown> {
  const answer = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Token ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${text}`);
  return JSON.parse(text);
}
