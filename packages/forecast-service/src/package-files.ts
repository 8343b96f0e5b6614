import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The same from src/ and from dist/. */
const packageRoot = new URL("../", import.meta.url);

/** The version of this package. */
export const VERSION: string = JSON.parse(readFileSync(new URL("package.json", packageRoot), "utf8")).version;

/** Where the built dashboard is. */
export const DASHBOARD: string = fileURLToPath(new URL("dist/dashboard", packageRoot));
