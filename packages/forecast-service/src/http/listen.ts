import type { Config } from "../config.js";
import { describeError, LoadcastError, usageError } from "../errors.js";
import { tokensAreSet } from "./access/tokens.js";

/** Whether only programs of this machine can reach what listens there. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare) || /^::ffff:127\./.test(bare);
}

/**
 * A service that everyone can reach must ask who they are, or be told not to.
 *
 * @throws LoadcastError `NO_TOKEN` (exit code 2)
 */
export function checkExposure({ host, auth }: Pick<Config, "host" | "auth">): void {
  if (isLoopback(host) || tokensAreSet(auth) || auth.allowAnonymous) return;
  throw usageError(
    `${host} can be reached by others and no token is set: set LOADCAST_TOKEN or auth.tokens, listen on 127.0.0.1, or allow everyone with auth.allowAnonymous`,
    "NO_TOKEN",
  );
}

export function explainListen(error: unknown, host: string, port: number): LoadcastError {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const lines: Record<string, string> = {
    EADDRINUSE: `port ${port} on ${host} is taken: stop the program that uses it, or choose another with LOADCAST_PORT`,
    EACCES: `port ${port} on ${host} is not allowed for this user: choose one above 1023 with LOADCAST_PORT`,
    EADDRNOTAVAIL: `this machine has no address ${host}: choose another with LOADCAST_HOST, such as 127.0.0.1`,
    ENOTFOUND: `the host name ${host} is not known: choose another with LOADCAST_HOST, such as 127.0.0.1`,
    EAI_AGAIN: `the host name ${host} cannot be looked up: choose another with LOADCAST_HOST, such as 127.0.0.1`,
  };
  const line = lines[code] ?? `cannot listen on ${host}:${port}: ${describeError(error)}`;
  return new LoadcastError("CANNOT_LISTEN", line, { cause: error });
}
