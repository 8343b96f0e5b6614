// Imports run one way: within a package from the top of its list to the bottom, between packages only from the service to
// the two others. A new file or folder of src/ takes its place here before anything may import it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./run.mjs";

/**
 * First path segment below src/, without extension. Names on one line stand side by side and may import each other.
 *
 * @type {Record<string, string[]>}
 */
const layers = {
  "sarima-core": [
    "index",
    "fitted",
    "ensemble",
    "select",
    "evaluate baselines",
    "threshold summary smooth",
    "forecast",
    "intervals",
    "simulate diagnostics",
    "fit update json predict log-likelihood",
    "estimate",
    "optimize likelihood",
    "regressors transform outliers range calibrated-width",
    "difference polynomial autocovariance stationarity yule-walker",
    "inner-product fixed-point",
    "model information-criteria",
    "document",
    "spec",
    "series",
    "distributions random base64",
    "errors",
  ],
  "metrics-io": [
    "index",
    "adapters",
    "registry",
    "csv counter resample step stored-forecast anomaly retention thin formula http http-failure spool",
    "series samples columns column-names decimal",
    "errors",
    "types",
  ],
  "forecast-service": [
    "index cli",
    "compose",
    "http",
    "service",
    "metrics monitor-answers overview system-report backtest-task legacy-models library tasks upkeep",
    "cycle",
    "inference",
    "training",
    "dependency-metrics",
    "file-backtest shared-work catalogue champion collector demo-host first-read read-ahead recent-answers scheduler train-outcome executor sources sinks",
    "pipeline monitor fleet",
    "chart-svg tried-models tail",
    "bounds readiness regular-series questions series-page forecast-steps retention",
    "config calendar demo settings format-time nice-ticks step-times",
    "clock duration errors events log package-files",
  ],
};

/**
 * Packages of this repository that a package may import.
 *
 * @type {Record<string, string[]>}
 */
const below = {
  "sarima-core": [],
  "metrics-io": [],
  "forecast-service": ["sarima-core", "@loadcast/metrics-io"],
};

/** `import` and `export … from`, static and dynamic; `import type` may point anywhere, for it is gone when the code runs. */
const imports = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;
const typeImports = /\b(?:import|export) type [^;]*? from "[^"]+"/g;

/**
 * What is wrong with the imports of one package.
 *
 * @param {string} name a key of the tables above
 * @param {string} home the folder of the package
 * @returns {string[]} one line for each problem
 */
export function importProblems(name, home) {
  /** @type {string[]} */
  const problems = [];
  const ranks = new Map(layers[name].flatMap((line, depth) => line.split(" ").map((layer) => [layer, depth])));

  /** Depth of a file in its package; undefined for what is not in the list. @param {string} file */
  const rankOf = (file) =>
    ranks.get(
      relative(join(home, "src"), file)
        .split(sep)[0]
        .replace(/\.[jt]sx?$/, ""),
    );

  for (const entry of readdirSync(home, { recursive: true, encoding: "utf8" })) {
    if (/(^|[\\/])(node_modules|dist)[\\/]/.test(entry) || !/\.(mjs|[jt]sx?)$/.test(entry)) continue;
    const file = join(home, entry);
    /** @param {string} problem */
    const report = (problem) => problems.push(`${relative(root, file)}: ${problem}`);
    const inSource = entry.startsWith(`src${sep}`);
    if (inSource && rankOf(file) === undefined) report("has no place in tools/import-order.mjs; give it one");

    for (const [, target] of readFileSync(file, "utf8").replace(typeImports, "").matchAll(imports)) {
      const other = /^(sarima-core|@loadcast\/[\w-]+)/.exec(target)?.[0];
      if (other && !other.endsWith(name) && !below[name].includes(other)) report(`${name} may not import ${other}`);
      if (!target.startsWith(".")) continue;
      const imported = resolve(dirname(file), target);
      // Tests start real servers.
      if (!inSource && imported === join(root, "tools/stack/index.mjs")) continue;
      if (!imported.startsWith(home + sep)) report(`"${target}" leaves the package; import the other by its name`);
      else if (inSource && Number(rankOf(imported)) < Number(rankOf(file))) report(`"${target}" stands above it`);
    }
  }
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const problems = Object.keys(layers).flatMap((name) => importProblems(name, join(root, "packages", name)));
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
