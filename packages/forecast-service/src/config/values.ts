import { z } from "zod";
import { parseDuration } from "../duration.js";

/** Environment and flags bring text, a YAML file brings the types themselves: every setting takes both. */
interface Words {
  /** What the setting does, for the reference and for editors. */
  readonly description: string;
  /** Ends the sentence "it must be …". */
  readonly expects: string;
  /** What an editor may check: a part of JSON Schema. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** The limits are part of the description, so that the reference and editors show them. */
const within = (description: string, min: string, max: string) => `${description} From ${min} to ${max}.`;

/** A setting that `read` turns into what the program uses; undefined means that it cannot be read. */
function setting<T>(read: (value: unknown) => T | undefined, { description, expects, json }: Words) {
  return z
    .unknown()
    .transform((value, context): T => {
      const result = read(value);
      if (result !== undefined) return result;
      context.issues.push({ code: "custom", message: expects, input: value });
      return z.NEVER;
    })
    .meta({ description, ...json });
}

/** Comes out in milliseconds. */
export const duration = (description: string, min: string, max: string) => {
  const [least, most] = [parseDuration(min) ?? 0, parseDuration(max) ?? Infinity];
  return setting(
    (value) => {
      const millis = parseDuration(value);
      return millis !== null && millis >= least && millis <= most ? millis : undefined;
    },
    {
      description: within(description, min, max),
      expects: `a duration from ${min} to ${max}, such as 15s, 5m, 1h or 7d`,
      json: {
        type: ["string", "number"],
        pattern: "^\\s*[0-9]+(\\.[0-9]+)?\\s*([mM][sS]|[sSmMhHdDwW])?\\s*$",
        minimum: least / 1000,
        ...(most === Infinity ? {} : { maximum: most / 1000 }),
      },
    },
  );
};

const BYTES: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** "4MB", "512k" or a number of bytes. Comes out in bytes. */
export const size = (description: string, min: number, max: number, words: string) =>
  setting(
    (value) => {
      const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)i?b?\s*$/i.exec(
        typeof value === "number" ? String(value) : `${value}`,
      );
      if (!match || (typeof value !== "string" && typeof value !== "number")) return undefined;
      const bytes = Math.round(Number(match[1]) * BYTES[match[2].toLowerCase()]);
      return bytes >= min && bytes <= max ? bytes : undefined;
    },
    {
      description,
      expects: `a size from ${words}, such as 512kB or 4MB`,
      json: {
        type: ["string", "number"],
        pattern: "^\\s*[0-9]+(\\.[0-9]+)?\\s*[kKmMgG]?[iI]?[bB]?\\s*$",
        minimum: min,
        maximum: max,
      },
    },
  );

export const whole = (description: string, min: number, max: number, extra = "") =>
  setting(
    (value) => {
      const number = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
      return typeof number === "number" && Number.isInteger(number) && number >= min && number <= max
        ? number
        : undefined;
    },
    {
      description,
      expects: `a whole number from ${min} to ${max}${extra}`,
      json: { type: ["integer", "string"], pattern: "^\\s*[0-9]+\\s*$", minimum: min, maximum: max },
    },
  );

const DECIMAL = /^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$/;

export const decimal = (description: string, min = -Infinity, max = Infinity) => {
  const limits = [
    ...(min === -Infinity ? [] : [`at least ${min}`]),
    ...(max === Infinity ? [] : [`at most ${max}`]),
  ].join(" and ");
  return setting(
    (value) => {
      const number = typeof value === "string" && DECIMAL.test(value) ? Number(value) : value;
      return typeof number === "number" && Number.isFinite(number) && number >= min && number <= max
        ? number
        : undefined;
    },
    {
      description,
      expects: `a number${limits === "" ? "" : ` of ${limits}`}`,
      json: {
        type: ["number", "string"],
        pattern: DECIMAL.source,
        ...(min === -Infinity ? {} : { minimum: min }),
        ...(max === Infinity ? {} : { maximum: max }),
      },
    },
  );
};

const TRUE = ["true", "1", "yes", "on"];
const FALSE = ["false", "0", "no", "off"];

/** JSON Schema has no flag for it. */
const anyCase = (word: string) => word.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`);
const oneOf = (words: readonly string[]) => `^\\s*(${words.map(anyCase).join("|")})\\s*$`;

export const yesNo = (description: string) =>
  setting(
    (value) => {
      const word = String(value).trim().toLowerCase();
      return TRUE.includes(word) ? true : FALSE.includes(word) ? false : undefined;
    },
    {
      description,
      expects: "true or false",
      json: { type: ["boolean", "integer", "string"], pattern: oneOf([...TRUE, ...FALSE]), minimum: 0, maximum: 1 },
    },
  );

/** A pattern of a whole text, with white space at the ends, which is left out when it is read. */
const amongBlanks = ({ source }: RegExp) => source.replace(/^\^/, "^\\s*").replace(/\$$/, "\\s*$");

export const text = (description: string, expects: string, pattern?: RegExp) =>
  setting(
    (value) => {
      const trimmed = typeof value === "string" ? value.trim() : "";
      return trimmed !== "" && (pattern?.test(trimmed) ?? true) ? trimmed : undefined;
    },
    { description, expects, json: { type: "string", pattern: pattern ? amongBlanks(pattern) : "\\S" } },
  );

export const choice = <const T extends string>(description: string, choices: readonly T[]) =>
  setting((value) => choices.find((one) => one === value), {
    description,
    expects: `one of ${choices.join(", ")}`,
    json: { type: "string", enum: choices },
  });

/** The address of a server. Its path is kept, its query is not allowed. */
export const address = (description: string, protocols: readonly string[], example: string) => {
  const login = "([^\\s/?#@]*@)?";
  const pattern = `^\\s*(${protocols.map(anyCase).join("|")})//${login}[^\\s/?#@%]+(/[^?#]*)?\\s*$`;
  const form = new RegExp(pattern);
  return setting(
    (value) => (typeof value === "string" && form.test(value) && URL.canParse(value.trim()) ? value.trim() : undefined),
    { description, expects: `an address such as ${example}`, json: { type: "string", pattern, examples: [example] } },
  );
};

/**
 * A text that must not be shown: see `printable`.
 *
 * @param least characters for an editor to ask for; the check itself waits until the files of secrets are read
 */
export const secret = (description: string, least = 1) =>
  setting((value) => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined), {
    description,
    expects: "a text that is not empty",
    json: {
      type: "string",
      pattern: least === 1 ? "\\S" : `^\\s*\\S[\\s\\S]{${least - 2},}\\S\\s*$`,
      writeOnly: true,
    },
  });

/** The file that holds the secret of the same name. */
export const secretFile = (of: string) =>
  text(`File that holds the ${of}; instead of \`${of}\`.`, "the name of a file");

/** `*` stands for any characters, `?` for one, a leading `!` for everything but. */
const onePattern = text(
  "A text in which `*` stands for any characters and `?` for one; a leading `!` means everything but.",
  "a pattern such as web-*",
);

/** One pattern, or several of which one has to fit. Comes out as a list. */
export const patterns = (description: string) =>
  z
    .preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(onePattern).min(1, "not an empty list"))
    .meta({
      description,
      anyOf: [
        { type: "string", pattern: "\\S" },
        { type: "array", items: { type: "string", pattern: "\\S" }, minItems: 1 },
      ],
    });

/** A group of settings that may be left out altogether where each of them has a default. */
export const group = <T extends z.core.$ZodShape>(description: string, shape: T) =>
  z
    .strictObject(shape, {
      error: (issue) => (issue.code === "invalid_type" ? `a group with ${listed(Object.keys(shape))}` : undefined),
    })
    .meta({ description });

export const list = <T extends z.core.SomeType>(description: string, item: T) =>
  z.array(item, { error: () => "a list: write each entry after a dash" }).meta({ description });

export const table = <T extends z.core.SomeType>(description: string, value: T, expects: string) =>
  z
    .record(z.string(), value, { error: (issue) => (issue.code === "invalid_type" ? expects : undefined) })
    .meta({ description });

/** "a, b and c" */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
