import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createLog } from "../src/log.js";
import { fileModelShelf, type ModelVersion, versionName } from "../src/models.js";

const root = mkdtempSync(join(tmpdir(), "loadcast-models-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const model: Omit<ModelVersion, "version"> = {
  series: "rack 1/web/cpu_percent",
  trainedAt: 1000,
  values: 2016,
  until: 900,
  trained: {
    spec: { order: [1, 0, 1], seasonal: [1, 0, 0, 12], mean: true },
    params: { ar: [0.5], ma: [0.1], seasonalAr: [0.2], seasonalMa: [], mean: 40, beta: [], sigma2: 1 / 3 },
    document: "{}",
    start: 300,
    length: 2016,
    transform: null,
    logLik: -1,
    aic: 2,
    aicc: 3,
    bic: 4,
    warnings: ["one"],
  },
};

let folder: string;
let lines: string[];
const shelf = () =>
  fileModelShelf(
    folder,
    createLog("warn", (line) => lines.push(line)),
  );
const home = () => join(folder, encodeURIComponent(model.series));

beforeEach(() => {
  folder = join(root, Math.random().toString(36).slice(2));
  lines = [];
});

describe("the model shelf", () => {
  it("gives back what was saved, also to the next process, and counts versions by series", async () => {
    const first = shelf();
    expect(await first.latest(model.series)).toBeNull();
    const saved = await first.save(model);
    expect(saved).toEqual({ ...model, version: 1 });
    expect(versionName(saved)).toBe("rack 1/web/cpu_percent@1");
    expect((await first.save({ ...model, trainedAt: 2000 })).version).toBe(2);
    expect((await first.save({ ...model, series: "other/load" })).version).toBe(1);
    expect(await shelf().latest(model.series)).toEqual({ ...model, trainedAt: 2000, version: 2 });
  });

  it("keeps what JSON has no number for", async () => {
    const trained = { ...model.trained, logLik: Infinity, aicc: -Infinity, bic: Number.NaN };
    await shelf().save({ ...model, trained });
    expect((await shelf().latest(model.series))?.trained).toEqual(trained);
  });

  it("passes over a file that was cut off, is of another series, or is no model", async () => {
    const first = shelf();
    for (let version = 1; version <= 4; version++) await first.save({ ...model, trainedAt: version });
    truncateSync(join(home(), "4.json"), 50);
    writeFileSync(join(home(), "3.json"), JSON.stringify({ format: 1, ...model, series: "other/load", version: 3 }));
    writeFileSync(join(home(), "2.json"), JSON.stringify({ format: 1, series: model.series, __proto__: { evil: 1 } }));
    writeFileSync(join(home(), "9.json.part"), "{");
    expect(await shelf().latest(model.series)).toEqual({ ...model, trainedAt: 1, version: 1 });
    expect(lines).toHaveLength(3);
    // A number is never given twice.
    expect((await shelf().save(model)).version).toBe(5);
  });

  it("keeps the last 12 versions", async () => {
    const first = shelf();
    for (let version = 1; version <= 30; version++) await first.save(model);
    const kept = readdirSync(home());
    expect(kept).toHaveLength(12);
    expect(kept).toContain("30.json");
    expect(kept).not.toContain("18.json");
  });

  it("says what is wrong with its folder", async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(folder, "a file");
    await expect(shelf().save(model)).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
