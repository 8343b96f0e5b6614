import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { AdapterError } from "../../errors.js";
import { type HttpOptions, httpClient } from "../../http.js";
import { annotatedCsv, type FluxTable } from "./annotated-csv.js";

export const NAME = "influxdb";

/** Where an InfluxDB 2 is and who asks. */
export interface InfluxdbOptions extends Omit<HttpOptions, "token" | "username" | "password"> {
  /** Name of the organisation. InfluxDB 2 asks for one. */
  readonly org?: string;
  readonly bucket: string;
  /** An API token. Either this or `tokenFile`. */
  readonly token?: string;
  /** A file that holds the token. Read anew for every request, so that a token can be changed while this runs. */
  readonly tokenFile?: string;
}

export interface Connection {
  readonly bucket: string;
  /** The tables of a Flux query's answer. More than `maxRows` rows are TooManyRows. */
  query(flux: string, maxRows?: number): Promise<FluxTable[]>;
  /** Writes lines of line protocol with times in milliseconds, in one request. All are stored when it resolves. */
  write(lines: string): Promise<void>;
}

const compressed = promisify(gzip);

/** An answer is read while it comes, so a large one costs time and not memory. */
const MAX_BYTES = 512 * 2 ** 20;

/**
 * The HTTP API of one InfluxDB 2. Requests go through our own client: that of InfluxData gives up on a failure below 429 and drops on
 * close() what waits to be tried again.
 */
export function connect(options: InfluxdbOptions): Connection {
  const { org, bucket, token, tokenFile } = options;
  const refuse = (message: string): never => {
    throw new AdapterError(NAME, message, { code: "INVALID_ARGUMENT" });
  };
  for (const [name, value] of Object.entries({ bucket, ...(org === undefined ? {} : { org }) })) {
    if (typeof value !== "string" || value === "") refuse(`${name} must be a non-empty text, got ${String(value)}`);
  }
  const owner = org === undefined ? {} : { org };
  if ((token === undefined) === (tokenFile === undefined)) {
    refuse(`set either token or tokenFile, got ${token === undefined ? "neither" : "both"}`);
  }
  if (token !== undefined) checkToken(token, "token");
  const http = httpClient(NAME, { maxBytes: MAX_BYTES, ...options } as HttpOptions);

  const headers = async () => ({ authorization: `Token ${token ?? (await readToken(tokenFile as string))}` });

  return {
    bucket,

    async query(flux, maxRows) {
      return http.stream(
        {
          path: "/api/v2/query",
          method: "POST",
          query: owner,
          headers: { accept: "application/csv", ...(await headers()) },
          body: {
            query: flux,
            type: "flux",
            dialect: { header: true, delimiter: ",", annotations: ["default", "group", "datatype"] },
          },
          repeatable: true, // it only reads
        },
        ({ headers: answered }) => {
          const type = answered.get("content-type") ?? "";
          if (!/\bcsv\b/i.test(type)) {
            throw new AdapterError(
              NAME,
              `${http.address} answered ${type || "without a type"} instead of CSV; is this the address of an InfluxDB 2?`,
              { code: "INVALID_DATA" },
            );
          }
          return annotatedCsv(NAME, maxRows);
        },
      );
    },

    async write(lines) {
      const { status } = await http.request({
        path: "/api/v2/write",
        method: "POST",
        query: { ...owner, bucket, precision: "ms" },
        headers: {
          "content-type": "text/plain; charset=utf-8",
          "content-encoding": "gzip",
          ...(await headers()),
        },
        body: await compressed(lines, { level: 1 }),
        repeatable: true, // a point written again replaces itself
      });
      // A log-in page or a proxy also answers 200. Only 204 says that InfluxDB has stored the points.
      if (status !== 204) {
        throw new AdapterError(
          NAME,
          `${http.address} answered ${status} to a write instead of 204; is this the address of an InfluxDB 2?`,
          { code: "INVALID_DATA" },
        );
      }
    },
  };
}

async function readToken(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AdapterError(NAME, `tokenFile cannot be read: ${message}`, {
      code: code === "ENOENT" ? "NOT_FOUND" : "NOT_ALLOWED",
      cause: error,
    });
  }
  const token = text.trim();
  checkToken(token, `tokenFile ${file}`);
  return token;
}

/** The token itself never appears in a message. */
function checkToken(token: string, name: string): void {
  if (typeof token !== "string" || !/^[\x21-\x7e]+$/.test(token)) {
    throw new AdapterError(NAME, `${name} must hold one token of InfluxDB, without spaces or line breaks`, {
      code: "INVALID_ARGUMENT",
    });
  }
}
