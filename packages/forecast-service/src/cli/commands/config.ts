import { defineCommand } from "citty";
import { stringify } from "yaml";
import { configJsonSchema } from "../../config/json-schema.js";
import { printable } from "../../config/printable.js";
import { configReference } from "../../config/reference.js";
import { type Config, checkConfig } from "../../config.js";
import { describeError, usageError } from "../../errors.js";
import { checkExposure } from "../../http/listen.js";
import { configInput, listenFlags, settingsFlags, warnOfVariables } from "../settings-flags.js";

const check = defineCommand({
  meta: { name: "check", description: "Check all settings; print what is in force, or everything that is wrong" },
  args: {
    json: { type: "boolean", description: "print { ok, problems, warnings, config } as JSON" },
    ...listenFlags,
    ...settingsFlags,
  },
  run({ args }) {
    const { config, problems, unknown } = checkConfig(configInput(args));
    warnOfVariables(unknown);
    const warnings = config ? refusals(config) : [];
    for (const warning of warnings) process.stderr.write(`warning: loadcast serve will refuse this: ${warning}\n`);
    if (args.json) {
      const document = { ok: problems.length === 0, problems, warnings, config: config && printable(config) };
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    } else if (config) process.stdout.write(stringify(printable(config)));
    if (problems.length === 0) return;
    if (!args.json) {
      for (const { line, column, message } of problems) {
        const where = line === null || message.includes(" (line ") ? "" : `line ${line}, column ${column}: `;
        process.stderr.write(`${where}${message}\n`);
      }
    }
    throw usageError(problems.length === 1 ? "one setting is wrong" : `${problems.length} settings are wrong`);
  },
});

/** Why a service would not begin with settings that are all right one by one. */
function refusals(config: Config): string[] {
  try {
    checkExposure(config);
    return [];
  } catch (error) {
    return [describeError(error)];
  }
}

const schema = defineCommand({
  meta: { name: "schema", description: "Print the JSON Schema of the configuration file, for editors" },
  run() {
    process.stdout.write(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
  },
});

const reference = defineCommand({
  meta: { name: "reference", description: "Print the reference of all settings as Markdown" },
  run() {
    process.stdout.write(configReference());
  },
});

export default defineCommand({
  meta: { name: "config", description: "Settings: check them, or print what there is" },
  subCommands: { check, schema, reference },
});
