import { mlflowRegistry, pushModels } from "@loadcast/metrics-io";
import { defineCommand } from "citty";
import { describeError, errorCode, usageError } from "../../errors.js";
import type { ModelEntry, ModelVersionEntry } from "../../http/contract.js";
import type { ModelLibrary } from "../../questions.js";
import { withAnswers } from "../answers.js";
import { wholeFlag } from "../arguments.js";
import { urlFlag } from "../http-client.js";
import { formatFlags, formatOf, printJson } from "../output-format.js";
import { showProgress } from "../progress.js";
import { settingsFlags } from "../settings-flags.js";
import { textTable } from "../text-table.js";
import { withStore } from "../with-store.js";

const shared = { ...formatFlags("table", "json"), ...urlFlag, config: settingsFlags.config, data: settingsFlags.data };
const name = {
  type: "positional",
  description: "name of the model: the id of its series, host/metric",
  required: true,
} as const;
const PAGE = 200;
const minute = (time: string) => time.slice(0, 16).replace("T", " ");

const list = defineCommand({
  meta: { name: "list", description: "Models and the versions in use" },
  args: shared,
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const models = await withAnswers(args, ({ library }) => allModels(library));
    if (format === "json") return printJson(models);
    if (models.length === 0) process.stderr.write("no models yet; loadcast train makes them\n");
    process.stdout.write(
      textTable(
        ["model", "in use", "challenger", "latest", "trained (UTC)"],
        models.map(({ name, champion, challenger, latest, trainedAt }) => [
          name,
          champion === null ? "none" : String(champion),
          challenger === null ? "" : String(challenger),
          String(latest),
          minute(trainedAt),
        ]),
        [1, 2, 3],
      ),
    );
  },
});

async function allModels(library: ModelLibrary): Promise<ModelEntry[]> {
  const models: ModelEntry[] = [];
  let after: string | undefined;
  do {
    const page = await library.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    models.push(...page.models);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return models;
}

const versions = defineCommand({
  meta: { name: "versions", description: "Versions of a model, newest first" },
  args: { name, limit: { type: "string", description: "how many (20)", valueHint: "N" }, ...shared },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const limit = wholeFlag("--limit", args.limit, 1, 200) ?? 20;
    const page = await withAnswers(args, ({ library }) => library.versions(args.name, { limit }));
    if (format === "json") return printJson(page.versions);
    process.stdout.write(
      textTable(
        ["version", "aliases", "trained (UTC)", "values", "model", "gate"],
        page.versions.map((version) => [
          String(version.version),
          version.aliases.join(", "),
          minute(version.trainedAt),
          String(version.values),
          version.description,
          version.gate?.reason ?? "",
        ]),
        [0, 3],
      ),
    );
  },
});

const show = defineCommand({
  meta: { name: "show", description: "One version: what it is made of, how it was judged" },
  args: {
    name,
    version: { type: "positional", description: "number or alias (champion)", required: false },
    ...shared,
  },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const text = args.version ?? "champion";
    const which = /^\d+$/.test(text) ? Number(text) : text;
    const detail = await withAnswers(args, ({ library }) => library.detail(args.name, which));
    if (format === "json") return printJson(detail);
    const facts: [string, string][] = [
      ["version", `${detail.modelVersion}${detail.aliases.length > 0 ? ` (${detail.aliases.join(", ")})` : ""}`],
      [
        "model",
        detail.description.startsWith(detail.kind) ? detail.description : `${detail.kind}: ${detail.description}`,
      ],
      ["trained", `${minute(detail.trainedAt)} UTC in ${detail.trainSeconds.toFixed(1)} s on ${detail.values} values`],
      ["data", `${detail.from ?? "?"} to ${detail.to ?? "?"}`],
      ["criteria", criteria(detail)],
      ["gate", detail.gate?.reason ?? "not judged"],
      ...detail.warnings.map((warning): [string, string] => ["warning", warning]),
    ];
    const width = Math.max(...facts.map(([label]) => label.length));
    process.stdout.write(
      facts
        .filter(([, value]) => value !== "")
        .map(([label, value]) => `${label.padEnd(width)}  ${value}\n`)
        .join(""),
    );
    if (detail.members.length > 1) {
      const rows = detail.members.map(({ name, weight, reason }) => [name, `${(100 * weight).toFixed(0)} %`, reason]);
      process.stdout.write(`\n${textTable(["member", "weight", "reason"], rows, [1])}`);
    }
    const parameters = detail.members.flatMap(({ name, parameters }) =>
      parameters.map(({ name: parameter, value, standardError }) => [
        name,
        parameter,
        value.toPrecision(5),
        standardError === null ? "" : standardError.toPrecision(3),
      ]),
    );
    if (parameters.length > 0) {
      process.stdout.write(`\n${textTable(["member", "parameter", "value", "standard error"], parameters, [2, 3])}`);
    }
  },
});

const criteria = ({ logLik, aic, aicc, bic }: ModelVersionEntry): string =>
  Object.entries({ "log-likelihood": logLik, AIC: aic, AICc: aicc, BIC: bic })
    .flatMap(([label, value]) => (value === null ? [] : [`${label} ${value.toFixed(2)}`]))
    .join(", ");

const alias = { type: "string", description: "alias to move (champion)", valueHint: "NAME" } as const;

const promote = defineCommand({
  meta: { name: "promote", description: "Put a version into use: forecasts are made with it from now on" },
  args: {
    name,
    version: { type: "positional", description: "number of the version", required: true },
    alias,
    ...shared,
  },
  async run({ args }) {
    const version = wholeFlag("VERSION", args.version, 1, 1e9) as number;
    await moveAlias(args, { version });
  },
});

const rollback = defineCommand({
  meta: { name: "rollback", description: "Put the version that was in use before back into use" },
  args: { name, alias, ...shared },
  run: ({ args }) => moveAlias(args, { rollback: true }),
});

async function moveAlias(
  args: {
    readonly name: string;
    readonly alias?: string | undefined;
    readonly format?: string | undefined;
    readonly json?: boolean | undefined;
  },
  request: { version: number } | { rollback: true },
): Promise<void> {
  const format = formatOf(args, "table", "json");
  const moved = await withAnswers({ ...args }, ({ library }) =>
    library.setAlias(args.name, args.alias ?? "champion", request),
  ).catch((error: unknown) => {
    throw errorCode(error) === "BAD_ALIAS" ? usageError(`--alias: ${describeError(error)}`) : error;
  });
  if (format === "json") return printJson(moved);
  const before = moved.previous === null ? "" : `, before it version ${moved.previous}`;
  process.stdout.write(`${moved.alias} of ${moved.name} is version ${moved.version}${before}\n`);
}

const push = defineCommand({
  meta: {
    name: "push",
    description: "Copy models with their trainings to MLflow; what is there already is left alone",
  },
  args: {
    name: { ...name, description: "one model (all)", required: false },
    mlflow: { type: "string", description: "address of MLflow (mlflow.url)", valueHint: "URL" },
    ...formatFlags("table", "json"),
    config: settingsFlags.config,
    data: settingsFlags.data,
  },
  async run({ args }) {
    const format = formatOf(args, "table", "json");
    const report = await withStore(args, async (store, config, signal) => {
      const settings = config.mlflow;
      const url = args.mlflow ?? settings?.url;
      if (url === undefined) {
        throw usageError(
          "there is no MLflow to push to: name it with --mlflow http://127.0.0.1:5000 or set mlflow.url",
        );
      }
      const registry = store.registry();
      await registry.open?.();
      const to = mlflowRegistry({
        url,
        ...(settings?.experiment === undefined ? {} : { experiment: settings.experiment }),
        ...(settings?.token === undefined ? {} : { token: settings.token }),
        ...(settings?.username === undefined ? {} : { username: settings.username }),
        ...(settings?.password === undefined ? {} : { password: settings.password }),
        onNotice: (message) => process.stderr.write(`mlflow: ${message}\n`),
      });
      const progress = await showProgress("pushing");
      try {
        return await pushModels(registry, to, {
          ...(args.name === undefined ? {} : { models: [args.name] }),
          signal,
          onProgress: ({ done, total, model }) => progress.update(total === 0 ? 1 : done / total, model),
        });
      } finally {
        progress.end();
        await to.close();
        await registry.close();
      }
    });
    for (const problem of report.problems) process.stderr.write(`warning: ${problem}\n`);
    if (format === "json") return printJson(report);
    const { versions, runs, known, aliases } = report;
    process.stdout.write(
      `${versions} versions, ${runs} other trainings and ${aliases} aliases pushed; ${known} trainings were there already\n`,
    );
  },
});

export default defineCommand({
  meta: { name: "models", description: "Trained models: list and show them, put a version into use, go back" },
  subCommands: { list, versions, show, promote, rollback, push },
});
