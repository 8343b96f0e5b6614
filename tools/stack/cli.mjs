// The real servers around Loadcast, on this machine: npm run stack -- <command>
import { parseArgs } from "node:util";
import { startChain } from "./chain/start.mjs";
import { chainFolder, chainState, clearState, endChain, writeState } from "./chain/state.mjs";
import { stackFolder } from "./folder.mjs";
import { install } from "./install.mjs";
import { programNames, programs } from "./programs.mjs";

const USAGE = `npm run stack -- <command>

  install [name…] [--minutes N]  installs programs into ${stackFolder}
                                 (LOADCAST_STACK names another folder); all when none is named;
                                 gives up after N minutes
  up                             starts what deploy/compose.yaml describes, from the files in deploy/, and
                                 prints the addresses; Ctrl-C or \`down\` stops it; data are kept
  down                           stops it
  status                         what is installed, and what runs
  env                            addresses and tokens of what runs, for eval "$(npm run -s stack -- env)"

Programs: ${programNames.join(", ")}`;

/** @param {string} line */
const say = (line) => console.error(`stack: ${line}`);

const { positionals, values } = readArguments();
const [command, ...names] = positionals;

switch (values.help ? undefined : command) {
  case undefined:
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    break;
  case "install":
    await installAll(names);
    break;
  case "up":
    await up();
    break;
  case "down":
    await down();
    break;
  case "env":
    printEnvironment();
    break;
  case "status":
    for (const name of programNames) {
      const version = programs[name].version();
      console.log(version ? `there    ${name} ${version}` : `missing  ${name}: ${programs[name].takes}`);
    }
    for (const [name, url] of Object.entries(chainState()?.urls ?? {})) console.log(`running  ${name} ${url}`);
    break;
  default:
    wrongUsage(`"${command}" is not a command`);
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: { minutes: { type: "string" }, help: { type: "boolean", short: "h" } },
    });
  } catch (error) {
    return wrongUsage(/** @type {Error} */ (error).message.split(". To ")[0]);
  }
}

/** @param {string} words @returns {never} */
function wrongUsage(words) {
  say(words);
  console.error(USAGE);
  process.exit(2);
}

/** @param {string[]} wanted */
async function installAll(wanted) {
  const unknown = wanted.find((name) => !(name in programs));
  if (unknown) wrongUsage(`"${unknown}" is not a program of the stack`);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  if (minutes !== undefined && !(minutes > 0)) wrongUsage(`--minutes must be above 0, got ${values.minutes}`);

  const giveUp = new AbortController();
  if (minutes !== undefined)
    setTimeout(() => giveUp.abort(new Error(`not done after ${minutes} minutes`)), minutes * 60_000).unref();
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.once(signal, () => giveUp.abort(new Error("interrupted")));

  for (const name of wanted.length > 0 ? /** @type {typeof programNames} */ (wanted) : programNames)
    await install(name, { say, signal: giveUp.signal }).catch((error) => {
      say(`${name} is not installed: ${error.message}`);
      process.exitCode = 1;
    });
}

async function up() {
  const other = chainState();
  if (other) {
    say(`it is up already, in process ${other.pid}; status shows where, down stops it`);
    process.exitCode = 1;
    return;
  }
  await import("../build.mjs");
  writeState({ urls: {}, secrets: {} });
  const asked = new AbortController();
  const stopped = new Promise((resolve) => {
    for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
      process.on(signal, () => {
        asked.abort(new Error("interrupted"));
        resolve(undefined);
      });
  });
  try {
    const chain = await startChain({
      dir: chainFolder,
      usualPorts: true,
      say: console.log,
      signal: asked.signal,
      // As in compose.yaml.
      loadcastEnv: { LOADCAST_DEMO: process.env.LOADCAST_DEMO ?? process.env.DEMO ?? "true" },
    });
    writeState(chain);
    say(`up; logs, data and configuration are in ${chainFolder}, Loadcast's token in secrets/loadcast_token there`);
    say("Ctrl-C stops it");
    // A promise alone does not keep the process.
    const alive = setInterval(() => {}, 2 ** 30);
    await stopped;
    clearInterval(alive);
    say("stopping");
    await chain.stop();
  } catch (error) {
    say(`not up: ${/** @type {Error} */ (error).message}`);
    process.exitCode = 1;
  } finally {
    clearState();
  }
}

async function down() {
  const state = chainState();
  if (!state) return say("it is not up");
  await endChain(state);
  say("down");
}

function printEnvironment() {
  const state = chainState();
  if (!state) {
    say("it is not up");
    process.exitCode = 1;
    return;
  }
  const { urls, secrets } = state;
  const variables = {
    PROMETHEUS_URL: urls.prometheus,
    INFLUX_URL: urls.influxdb,
    INFLUX_TOKEN: secrets.influxdb_token,
    INFLUX_ORG: "loadcast",
    INFLUX_BUCKET: "metrics",
    MLFLOW_TRACKING_URI: urls.mlflow,
    REDIS_URL: urls.redis,
  };
  for (const [name, value] of Object.entries(variables)) if (value) console.log(`export ${name}='${value}'`);
}
