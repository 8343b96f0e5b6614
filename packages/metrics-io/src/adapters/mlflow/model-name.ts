import { createHash } from "node:crypto";

/** MLflow keeps 256 characters of a model's name. */
const LONGEST = 250;

const ESCAPES: Readonly<Record<string, string>> = {
  // MLflow forbids "/" and ":" in names; "|" and ";" stand for them, and stay legible.
  "/": "|",
  ":": ";",
  "|": "~|",
  ";": "~;",
  "~": "~~",
  // Its filters have no way to quote a quote, and its pages stumble over these in addresses.
  "'": "~q",
  '"': "~d",
  "%": "~p",
  "\\": "~b",
};
const BACK = new Map(Object.entries(ESCAPES).map(([plain, escaped]) => [escaped, plain]));

/**
 * What a model is called in MLflow: "10.0.0.1:9100/cpu_percent" is "10.0.0.1;9100|cpu_percent". `modelOf` goes back. Of a name that is too
 * long for MLflow the beginning is kept, with a hash; the tag "loadcast.model" then has the whole.
 */
export function mlflowName(model: string): string {
  // Names that a file system would resolve to others are refused.
  if (/^\.{1,2}$/.test(model)) return model.replaceAll(".", "~.");
  const name = model.replace(/[/:|;~'"%\\]/g, (character) => ESCAPES[character]);
  if ([...name].length <= LONGEST) return name;
  const hash = createHash("sha256").update(model).digest("hex").slice(0, 16);
  return `${[...name].slice(0, LONGEST - 20).join("")}~h${hash}`;
}

/** The inverse of `mlflowName`; null for a name it does not give, or of which it kept only the beginning. */
export function modelOf(name: string): string | null {
  if (name === "~." || name === "~.~.") return name.replaceAll("~", "");
  let model = "";
  for (const [part] of name.matchAll(/~.|./gsu)) {
    const plain = part.length === 1 ? (BACK.get(part) ?? part) : BACK.get(part);
    if (plain === undefined && part.startsWith("~")) return null;
    model += plain ?? part;
  }
  return mlflowName(model) === name ? model : null;
}
