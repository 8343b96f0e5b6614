import { Redis } from "ioredis";
import { describeError, LoadcastError, usageError } from "../errors.js";

/** A server that does not answer for this long is not there. */
const CONNECT_MILLIS = 5000;
/** The longest pause between two attempts to reach a server that went away. */
const LONGEST_PAUSE = 2000;

/** Where the queue is. */
export interface RedisSettings {
  /** redis://[name:password@]host:port[/database], or rediss:// for TLS. Redis 6.2 or later, or Valkey. */
  readonly url: string;
  /** These two, where they are not part of the address. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** Begins every key. Default "loadcast". */
  readonly prefix?: string | undefined;
}

export interface RedisLink {
  /** Waits out an absence of the server: commands are sent when it is back. */
  readonly client: Redis;
  /** The address without its password. */
  readonly address: string;
}

/**
 * Connects to Redis or Valkey. Once connected it stays so: a server that goes away is looked for until it is back.
 *
 * @throws LoadcastError `BAD_SETTING` for what is no address, `QUEUE_UNREACHABLE` when nothing answers there or it refuses
 */
export async function connectRedis(settings: RedisSettings, name: string): Promise<RedisLink> {
  const { url, username, password } = settings;
  const address = addressOf(url);
  const client = new Redis(url, {
    lazyConnect: true,
    connectionName: name,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    connectTimeout: CONNECT_MILLIS,
    // BullMQ asks for it, and it is what makes a command wait for a server that is restarted.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, LONGEST_PAUSE),
  });
  let reason: unknown = null;
  client.on("error", (error) => {
    reason ??= error;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    client.disconnect();
    throw new LoadcastError(
      "QUEUE_UNREACHABLE",
      `the queue cannot use Redis at ${address}: ${explain(reason ?? error)}`,
      { cause: reason ?? error },
    );
  }
  return { client, address };
}

function addressOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (!parsed || !["redis:", "rediss:"].includes(parsed.protocol) || parsed.hostname === "") {
    throw usageError(
      `the address of the queue must look like redis://127.0.0.1:6379, got ${JSON.stringify(url)}`,
      "BAD_SETTING",
    );
  }
  return `${parsed.protocol}//${parsed.host}${parsed.pathname === "/" ? "" : parsed.pathname}`;
}

function explain(error: unknown): string {
  const text = describeError(error);
  if (/WRONGPASS|NOAUTH|NOPERM/.test(text))
    return `it refuses the name or password (${text}); give them with executor.redis.username and .password or in the address`;
  const code = (error as { code?: unknown }).code;
  if (code === "ECONNREFUSED") return "nothing answers there (ECONNREFUSED); start it or correct executor.redis.url";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return `its host name is not known (${code}); correct executor.redis.url`;
  return `${text}; is it a Redis server?`;
}
