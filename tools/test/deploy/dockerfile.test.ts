import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ValidationSeverity, validate } from "dockerfile-utils";
import { describe, expect, it } from "vitest";
import { root } from "../../run.mjs";

const strict = {
  deprecatedMaintainer: ValidationSeverity.ERROR,
  directiveCasing: ValidationSeverity.ERROR,
  emptyContinuationLine: ValidationSeverity.ERROR,
  instructionCasing: ValidationSeverity.ERROR,
  instructionCmdMultiple: ValidationSeverity.ERROR,
  instructionEntrypointMultiple: ValidationSeverity.ERROR,
  instructionHealthcheckMultiple: ValidationSeverity.ERROR,
  instructionJSONInSingleQuotes: ValidationSeverity.ERROR,
  instructionWorkdirRelative: ValidationSeverity.ERROR,
};

describe.each(["deploy/Dockerfile", "deploy/mlflow/Dockerfile"])("%s", (path) => {
  const text = readFileSync(join(root, path), "utf8");
  const lines = text.split("\n");

  it("has no fault that the linter knows", () => {
    expect(validate(text, strict).map(({ message, range }) => `line ${range.start.line + 1}: ${message}`)).toEqual([]);
  });

  it("starts from pinned images, ends as a user that is not root, and checks its health", () => {
    const images = lines.filter((line) => line.startsWith("FROM ")).map((line) => line.split(" ")[1]);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
    const last = text.slice(text.lastIndexOf("\nFROM ") + 1).split("\n");
    expect(last.filter((line) => line.startsWith("USER ")).map((line) => line.slice(5))).toEqual([
      expect.not.stringMatching(/^(root|0)$/),
    ]);
    expect(last.some((line) => line.startsWith("HEALTHCHECK "))).toBe(true);
  });
});

it("both stages of Loadcast's image run the same Node", () => {
  const images = readFileSync(join(root, "deploy/Dockerfile"), "utf8").match(/^FROM \S+/gm);
  expect(new Set(images).size).toBe(1);
});

it("the versions of the images are those that the tests run", () => {
  const compose = readFileSync(join(root, "deploy/compose.yaml"), "utf8");
  const version = (file: string) =>
    /VERSION = "(.*)"/.exec(readFileSync(join(root, "tools/stack/install", file), "utf8"))?.[1];
  expect(compose).toContain(`image: influxdb:${version("influxdb.mjs")}\n`);
  expect(compose).toContain(`image: telegraf:${version("telegraf.mjs")}\n`);
  expect(compose).toContain(`image: loadcast-mlflow:${version("mlflow.mjs")}\n`);
  expect(readFileSync(join(root, "deploy/mlflow/Dockerfile"), "utf8")).toContain(`mlflow:v${version("mlflow.mjs")}\n`);
});
