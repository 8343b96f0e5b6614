import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Scope } from "../../config/access.js";
import type { Config } from "../../config.js";

/** Who asks, and what that one may do. */
export interface Caller {
  /** The token's name; null for somebody without one. */
  readonly name: string | null;
  readonly scopes: readonly Scope[];
}

const ALL: readonly Scope[] = ["read", "train", "admin"];
/** The one token that has no name of its own. */
const UNNAMED = "token";

interface Known {
  readonly name: string;
  readonly token: string;
  readonly scopes: readonly Scope[];
}

function known({ token, tokens }: Config["auth"]): Known[] {
  const named = tokens.flatMap(({ name, token: own, scopes }) =>
    own === undefined ? [] : [{ name, token: own, scopes }],
  );
  return token === undefined ? named : [{ name: UNNAMED, token, scopes: ALL }, ...named];
}

/** Whether callers have to say who they are. */
export function tokensAreSet(auth: Config["auth"]): boolean {
  return auth.token !== undefined || auth.tokens.length > 0;
}

/**
 * Who has this token; null: nobody. Digests of equal length are compared, all of them, so that the time it takes tells nothing of any
 * token.
 */
export function callerOf(auth: Config["auth"], token: string): Caller | null {
  const given = digest(token);
  let found: Caller | null = null;
  for (const { name, token: own, scopes } of known(auth)) {
    if (timingSafeEqual(digest(own), given)) found ??= { name, scopes };
  }
  return found;
}

/** How long a browser stays logged in. */
export const SESSION_SECONDS = 7 * 86_400;

/**
 * What a browser is given in place of a token: a name, an end, and a seal that only the token's owner could have got. Nothing is kept here:
 * taking the token out of the configuration ends its sessions, and a restart does not.
 */
export function sessionFor(auth: Config["auth"], token: string, now: number): string | null {
  const caller = callerOf(auth, token);
  if (!caller?.name) return null;
  const claim = `${caller.name}.${Math.floor(now / 1000) + SESSION_SECONDS}`;
  return `${claim}.${seal(token, claim)}`;
}

/** Who a session belongs to; null where it is made up, has ended, or its token is gone. */
export function sessionCaller(auth: Config["auth"], session: string, now: number): Caller | null {
  const parts = /^([A-Za-z][\w-]*)\.(\d{1,12})\.([\w-]+)$/.exec(session);
  if (!parts || Number(parts[2]) * 1000 <= now) return null;
  const [, name, end, given] = parts;
  let found: Caller | null = null;
  for (const entry of known(auth)) {
    const right = timingSafeEqual(digest(seal(entry.token, `${name}.${end}`)), digest(given));
    if (right && entry.name === name) found ??= { name, scopes: entry.scopes };
  }
  return found;
}

const digest = (text: string) => createHash("sha256").update(text).digest();
const seal = (token: string, claim: string) =>
  createHmac("sha256", digest(`loadcast session ${token}`))
    .update(claim)
    .digest("base64url");
