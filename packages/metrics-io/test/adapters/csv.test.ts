import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { csvSource } from "../../src/index.js";
import { rejection } from "../conformance/rejection.js";
import { describeSource } from "../conformance/source.js";

const folder = mkdtempSync(join(tmpdir(), "loadcast-csv-"));
let next = 0;
const fileWith = (content: string | Uint8Array) => {
  const path = join(folder, `${next++}.csv`);
  writeFileSync(path, content);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describeSource("csvSource", {
  keys: [{ host: "web-1", metric: "cpu_percent" }],
  async create({ times, values }) {
    const rows = [...times].map((time, i) => `${new Date(time).toISOString()},${values[i]}\n`).reverse();
    return csvSource({
      path: fileWith(`timestamp,value\n2026-01-31T23:51:00Z,\n${rows.join("")}`),
      host: "web-1",
      metric: "cpu_percent",
    });
  },
});

describe("csvSource", () => {
  it("names the series after the file unless told otherwise", async () => {
    const path = fileWith("ds,y\n2026-01-01,1\n2026-01-02,2\n");
    const [info] = await csvSource({ path }).listSeries();
    expect(info).toMatchObject({ host: "csv", metric: `${next - 1}`, count: 2 });
  });

  it("says what is wrong with the file, its path in front", async () => {
    const path = fileWith("timestamp,value\n2026-01-01,1\nyesterday,2\n");
    const error = await rejection(csvSource({ path }).listSeries());
    expect(error.code).toBe("INVALID_DATA");
    expect(error.message).toContain(`${path}, line 3 column 1 (timestamp): "yesterday" is not a time`);
  });

  it("says that there is no such file, or that it is a folder, or no text", async () => {
    expect(await rejection(csvSource({ path: join(folder, "none.csv") }).listSeries())).toMatchObject({
      code: "NOT_FOUND",
      message: `csv: there is no file ${join(folder, "none.csv")}; check the path`,
    });
    expect((await rejection(csvSource({ path: folder, metric: "x" }).listSeries())).code).toBe("NOT_FOUND");
    const utf16 = fileWith(Buffer.from("timestamp,value\n2026-01-01,1\n", "utf16le"));
    expect((await rejection(csvSource({ path: utf16 }).listSeries())).message).toContain("UTF-8");
  });

  it("tries again after a failure", async () => {
    const path = fileWith("timestamp,value\n");
    const source = csvSource({ path });
    await rejection(source.listSeries());
    writeFileSync(path, "timestamp,value\n2026-01-01,1\n");
    expect((await source.listSeries())[0].count).toBe(1);
  });
});
