import { describe, expect, it } from "vitest";
import { groupByHost, metricName, versionName } from "../../dashboard/src/names.js";
import type { SeriesEntry } from "../../src/http/contract.js";

function entry(id: string, change: Partial<SeriesEntry> = {}): SeriesEntry {
  const [host, metric] = id.split("/");
  return {
    id,
    host,
    metric,
    unit: "percent",
    synthetic: false,
    status: "forecast",
    last: null,
    modelVersion: "1",
    nextRun: null,
    reason: null,
    history: null,
    outside: null,
    training: null,
    ...change,
  };
}

describe("names", () => {
  it("are words", () => {
    expect(["cpu_percent", "memory_percent", "disk_used-bytes", "_"].map(metricName)).toEqual([
      "CPU",
      "Memory",
      "Disk used bytes",
      "_",
    ]);
  });

  it("shorten versions that repeat the series, and no others", () => {
    expect(["demo/cpu_percent@12", "v3", "mail@host"].map(versionName)).toEqual(["v12", "v3", "mail@host"]);
  });

  it("put hosts in the order of their numbers, made-up ones last", () => {
    const series = [entry("demo/cpu", { synthetic: true }), entry("n10/cpu"), entry("n2/memory"), entry("n2/cpu")];
    const groups = groupByHost(series);
    expect(groups.map((group) => group.host)).toEqual(["n2", "n10", "demo"]);
    expect(groups[0].series.map((one) => one.metric)).toEqual(["cpu", "memory"]);
    expect(groups.map((group) => group.synthetic)).toEqual([false, false, true]);
  });
});
