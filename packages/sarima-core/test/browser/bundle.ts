import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

/**
 * Ceilings of what a page loads, in bytes after gzip, the whole library and the two functions most pages need. Raise one only in a
 * commit that says what the bytes buy. Of the second, 14 KB are ml-levenberg-marquardt and its
 * ml-matrix, 4 KB the sample paths of bootstrap intervals, 3 KB what forecasts an ensemble. The exact score is 3 KB of both, 1 KB of
 * that for usual models in one pass; another 2 KB of both are the digits of models whose roots lie together near the unit circle, 1 KB of
 * the whole what widens intervals where the noise of a series has grown, 1 KB what follows a change of level and has paths hang together as
 * past errors did. 5 KB of both are what makes series with gaps fast: the score of the Kalman filter, and the likelihood of many gaps without
 * their columns.
 */
export const CEILING = { whole: 102_000, fitAndForecast: 63_100 } as const;

const index = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

const ENTRY = "entry-of-the-bundle";

/** The library as one minified ES module for browsers; `imported` names what is kept, all of it by default. */
export async function bundle(imported?: readonly string[]): Promise<{ code: string; gzipped: number }> {
  const what = imported ? `{ ${imported.join(", ")} }` : "*";
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        enforce: "pre",
        // Vite makes a path of the name; what it is called does not matter.
        resolveId: (id) => (id.endsWith(ENTRY) ? `\0${ENTRY}` : null),
        load: (id) => (id === `\0${ENTRY}` ? `export ${what} from ${JSON.stringify(index)};` : null),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      // Not Vite's library mode: that leaves the white space in.
      rolldownOptions: { input: ENTRY, preserveEntrySignatures: "strict", output: { format: "es" } },
    },
  });
  const [{ output }] = Array.isArray(result) ? result : [result as never];
  const [chunk, ...more] = output;
  if (more.length > 0 || chunk.type !== "chunk") throw new Error("the bundle must be one file");
  return { code: chunk.code, gzipped: gzipSync(chunk.code, { level: 9 }).length };
}
