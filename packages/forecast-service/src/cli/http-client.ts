import { readFileSync } from "node:fs";
import { describeError, LoadcastError, usageError } from "../errors.js";

/** Flag of every command that can ask a running service. */
export const urlFlag = {
  url: {
    type: "string",
    description:
      "ask a running service instead of opening its folder (LOADCAST_URL; LOADCAST_TOKEN or LOADCAST_TOKEN_FILE if it asks for one)",
    valueHint: "URL",
  },
} as const;

export interface HttpClient {
  readonly url: string;
  get<T>(path: string, query?: Readonly<Record<string, string | number | undefined>>): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  delete<T>(path: string): Promise<T>;
}

/** An answer may take this long; long work is a task that is asked about. */
const ANSWER_MILLIS = 60_000;

/** The service that flags or environment name; null: there is none, and the folder is opened. @throws LoadcastError `USAGE` */
export function clientOf(
  args: Readonly<Record<string, unknown>>,
  env: NodeJS.ProcessEnv = process.env,
): HttpClient | null {
  const given = args.url ?? (args.data === undefined ? env.LOADCAST_URL : undefined);
  if (typeof given !== "string" || given === "") return null;
  if (args.url !== undefined && args.data !== undefined) {
    throw usageError("--url asks a running service and --data opens a folder: give one of them");
  }
  const source = args.url === undefined ? "LOADCAST_URL" : "--url";
  if (!URL.canParse(given) || !/^https?:/.test(given)) {
    throw usageError(`${source} is "${given}"; it must look like http://127.0.0.1:8080`);
  }
  return httpClient(given.replace(/\/+$/, ""), tokenIn(env));
}

/** For commands that a service does by itself and nobody can ask of it. @throws LoadcastError `USAGE` where one is named all the same */
export function refuseUrl(command: string, args: Readonly<Record<string, unknown>>, env = process.env): void {
  if (args.data !== undefined || !env.LOADCAST_URL) return;
  throw usageError(
    `${command} opens the folder itself, and LOADCAST_URL names a service: leave it out, or name the folder with --data`,
  );
}

/** As every secret it may be in a file. */
function tokenIn(env: NodeJS.ProcessEnv): string | undefined {
  const { LOADCAST_TOKEN: token, LOADCAST_TOKEN_FILE: file } = env;
  if (!file) return token;
  if (token) throw usageError("LOADCAST_TOKEN_FILE stands beside LOADCAST_TOKEN: give one of them");
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw usageError(`LOADCAST_TOKEN_FILE names ${file}, which cannot be used: ${describeError(error)}`);
  }
}

function httpClient(url: string, token: string | undefined): HttpClient {
  const ask = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(ANSWER_MILLIS),
      });
      text = await response.text();
    } catch (error) {
      const cause = (error as { cause?: unknown }).cause ?? error;
      throw new LoadcastError("UNREACHABLE", `no service answers at ${url}: ${describeError(cause)}`, { cause: error });
    }
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch {
      throw new LoadcastError(
        "UNREACHABLE",
        `what answers at ${url} is no Loadcast: it sent ${response.status} and no JSON`,
      );
    }
    if (response.ok) return document as T;
    const { code = "FAILED", detail = `it answered ${response.status}` } = document as {
      code?: string;
      detail?: string;
    };
    const remedy =
      response.status === 401
        ? "; put its token into LOADCAST_TOKEN, or the name of its file into LOADCAST_TOKEN_FILE"
        : "";
    // What is not known or not allowed was asked wrongly; what is not there yet was not.
    const misused = response.status === 400 || (response.status === 404 && code !== "NO_FORECAST");
    throw new LoadcastError(code, `${detail}${remedy}`, { exitCode: misused ? 2 : 1 });
  };
  return {
    url,
    get(path, query = {}) {
      const parameters = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
      return ask("GET", parameters.size === 0 ? path : `${path}?${parameters}`);
    },
    post: (path, body) => ask("POST", path, body),
    delete: (path) => ask("DELETE", path),
  };
}
