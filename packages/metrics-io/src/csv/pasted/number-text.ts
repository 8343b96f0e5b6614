import { isGap } from "../parse.js";

const PLAIN = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+$/;

/**
 * Reads the numbers of one column as people and spreadsheets write them: `1,234.5`, `1.234,5`, `0,5`, `42 %`, `−3`. A comma that is the
 * only mark of a number divides thousands where all numbers with one look so and commas divide the fields, else decimals.
 * NaN is a gap, null what is no finite number.
 */
export function numberReader(samples: Iterable<string>, delimiter: string): (text: string) => number | null {
  const alone = [...samples].map(bare).filter((text) => text.includes(",") && !text.includes("."));
  const thousands = delimiter === "," && alone.length > 0 && alone.every((text) => GROUPED.test(text));
  return (text) => {
    if (isGap(text)) return Number.NaN;
    const plain = withPoint(bare(text), thousands);
    const value = PLAIN.test(plain) ? Number(plain) : Number.NaN;
    return Number.isFinite(value) ? value : null;
  };
}

/** Without a sign of percent and blanks inside; with an ASCII minus. */
function bare(text: string): string {
  return text
    .replace(/\s*%$/, "")
    .replace(/[\s\u2019']/g, "")
    .replace(/^\u2212/, "-");
}

function withPoint(text: string, thousands: boolean): string {
  const comma = text.lastIndexOf(",");
  const point = text.lastIndexOf(".");
  if (comma < 0) return /^[+-]?\d{1,3}(\.\d{3}){2,}$/.test(text) ? text.replaceAll(".", "") : text;
  if (point > comma || thousands || text.indexOf(",") !== comma) return text.replaceAll(",", "");
  return text.replaceAll(".", "").replace(",", ".");
}
