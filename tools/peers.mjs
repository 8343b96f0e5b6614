// Installs what the benchmarks compare with, into .cache/peers (nothing outside it, R excepted). May be run again at any time:
//
//   node tools/peers.mjs
//
//   .cache/peers/python/bin/python             statsmodels, statsforecast
//   .cache/peers/npm/node_modules/arima        the C library behind npm `arima`, as WebAssembly
//   Rscript on the PATH                        stats::arima, forecast::auto.arima
//
// Ends with a list of what is there and what is missing; exit code 1 when anything is. Benchmarks leave out missing peers.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

const HOME = ".cache/peers";
const PYTHON = process.platform === "win32" ? `${HOME}/python/Scripts/python.exe` : `${HOME}/python/bin/python`;
const versions = { statsmodels: "0.15.0", statsforecast: "2.1.1", arima: "0.2.8" };

/** @param {string} command @param {string[]} args */
const works = (command, args) => run(command, args, { output: "nowhere" }) === 0;
/** @param {string} command @param {string[]} args */
const succeeds = (command, args) => run(command, args, { output: "stderr" }) === 0;

const hasPython = () =>
  works(PYTHON, [
    "-c",
    `from importlib.metadata import version as v
assert v("statsmodels") == "${versions.statsmodels}" and v("statsforecast") == "${versions.statsforecast}"`,
  ]);
const hasArima = () =>
  works(process.execPath, [
    "-p",
    `if (require("./${HOME}/npm/node_modules/arima/package.json").version !== "${versions.arima}") process.exit(1)`,
  ]);
const hasR = () => works("Rscript", ["-e", "library(forecast); library(jsonlite)"]);

function installPython() {
  const { statsmodels, statsforecast } = versions;
  // Wheels only: building scipy from source takes an hour and a Fortran compiler.
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
  return (
    succeeds("python3", ["-m", "venv", `${HOME}/python`]) &&
    succeeds(PYTHON, [...pip, `statsmodels==${statsmodels}`, `statsforecast==${statsforecast}`])
  );
}

function installArima() {
  mkdirSync(join(root, HOME, "npm"), { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--loglevel", "error"];
  return succeeds("npm", ["install", "--prefix", `${HOME}/npm`, ...quiet, `arima@${versions.arima}`]);
}

function installR() {
  if (process.getuid?.() !== 0 || !works("apt-get", ["--version"])) return false;
  const packages = ["r-base-core", "r-cran-forecast", "r-cran-jsonlite"];
  return (
    succeeds("apt-get", ["update", "-qq"]) &&
    succeeds("apt-get", ["install", "-qq", "-y", "--no-install-recommends", ...packages])
  );
}

const peers = [
  {
    name: "Python with statsmodels and statsforecast",
    has: hasPython,
    install: installPython,
    by: "Python 3.11 to 3.13 with venv",
  },
  { name: "npm arima", has: hasArima, install: installArima, by: "a network" },
  {
    name: "R with forecast and jsonlite",
    has: hasR,
    install: installR,
    by: "install.packages(c('forecast', 'jsonlite')), or root on Debian",
  },
];

for (const { name, has, install, by } of peers) {
  if (!has()) {
    console.error(`installing ${name}`);
    install();
  }
  const there = has();
  console.log(there ? `there    ${name}` : `missing  ${name}: needs ${by}`);
  if (!there) process.exitCode = 1;
}
