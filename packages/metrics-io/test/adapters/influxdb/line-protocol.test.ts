import { describe, expect, it } from "vitest";
import { modelName } from "../../../src/adapters/influxdb/line-protocol.js";

describe("modelName", () => {
  it.each([
    ["web-1/cpu_percent@7", "web-1/cpu_percent"],
    ["web-1/cpu_percent v7", "web-1/cpu_percent"],
    ["web-1/cpu_percent 7.1-rc1", "web-1/cpu_percent"],
    ["user@web-1/cpu_percent@7", "user@web-1/cpu_percent"],
    ["web 1/cpu_percent", "web 1/cpu_percent"],
    ["seasonal naive", "seasonal naive"],
    ["", ""],
  ])("%j → %j", (version, name) => {
    expect(modelName(version)).toBe(name);
  });
});
