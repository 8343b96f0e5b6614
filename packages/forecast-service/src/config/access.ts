import { uniqueNames } from "./sources.js";
import { choice, duration, group, list, secret, secretFile, size, text, whole, yesNo } from "./values.js";

/** What a token allows. Each scope is separate: `admin` does not imply the others. */
export const SCOPES = ["read", "train", "admin"] as const;
export type Scope = (typeof SCOPES)[number];

/** Shorter ones can be guessed. */
const LEAST_TOKEN = 16;

const token = group("One token.", {
  name: text("Who uses it; named in the log.", "a name of letters, digits, - and _", /^[A-Za-z][A-Za-z0-9_-]*$/),
  token: secret(`At least ${LEAST_TOKEN} characters, such as \`openssl rand -hex 24\` prints.`, LEAST_TOKEN).optional(),
  tokenFile: secretFile("token").optional(),
  scopes: list(
    "read: everything that is asked; train: start and stop training and backtests, and forecast values that are sent; admin: promote and roll back models.",
    choice("A scope.", SCOPES),
  ).min(1, "a list of at least one of read, train, admin"),
});

export const auth = group("Who may use the HTTP API.", {
  token: secret("One token with all scopes, for those who need no more.", LEAST_TOKEN).optional(),
  tokenFile: secretFile("token").optional(),
  tokens: list("Tokens with scopes of their own.", token)
    .superRefine((entries, context) => uniqueNames(entries, context))
    .prefault([]),
  allowAnonymous: yesNo(
    "Everyone who reaches the address may do everything. Needed to listen on an address beyond this machine without a token.",
  ).prefault(false),
  openMetrics: yesNo("`/metrics` asks for no token.").prefault(false),
}).prefault({});

export const http = group("Limits of the HTTP API.", {
  rateLimit: group(
    "How many requests one client (a token, else an address) may make; more are answered with 429 and Retry-After.",
    {
      requests: whole("Requests in that time; 0 means no limit.", 0, 1_000_000).prefault(1000),
      per: duration("The time.", "1s", "1h").prefault("1s"),
    },
  ).prefault({}),
  bodyLimit: size("Longest body of a request.", 1024, 64 * 2 ** 20, "1kB to 64MB").prefault("4MB"),
  cors: list(
    "Origins whose pages may use the API from a browser.",
    text("An origin.", "an origin such as https://dash.example.com, or *", /^(\*|https?:\/\/[^/\s]+)$/),
  ).prefault([]),
  trustProxy: list(
    "Addresses or networks of proxies whose X-Forwarded-For is believed.",
    text("An address or network.", "an address or network such as 10.0.0.0/8", /^[0-9A-Fa-f.:]+(\/\d{1,3})?$/),
  ).prefault([]),
  listeners: whole("Open event streams at the same time.", 1, 10_000).prefault(256),
}).prefault({});

/** Checked once the files that hold tokens are read. */
export function shortToken(value: string): boolean {
  return value.length < LEAST_TOKEN;
}
