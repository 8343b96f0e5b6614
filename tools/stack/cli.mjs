// The real servers around Loadcast, on this machine: npm run stack -- <command>
import { parseArgs } from "node:util";
import { stackFolder } from "./folder.mjs";
import { install } from "./install.mjs";
import { programNames, programs } from "./programs.mjs";

const USAGE = `npm run stack -- <command>

  install [name…] [--minutes N]  installs programs into ${stackFolder}
                                 (LOADCAST_STACK names another folder); all when none is named;
                                 gives up after N minutes
  status                         what is installed

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
  case "status":
    for (const name of programNames) {
      const version = programs[name].version();
      console.log(version ? `there    ${name} ${version}` : `missing  ${name}: ${programs[name].takes}`);
    }
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
