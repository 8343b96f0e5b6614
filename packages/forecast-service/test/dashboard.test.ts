import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Dashboard, installed, startDashboard } from "./dashboard-browser.js";
import { connectionTests } from "./dashboard-pages/connection.js";
import { everybodyTests } from "./dashboard-pages/everybody.js";
import { loginTests } from "./dashboard-pages/login.js";
import { modelTests } from "./dashboard-pages/model.js";
import { overviewTests } from "./dashboard-pages/overview.js";
import { raceTests } from "./dashboard-pages/races.js";
import { seriesTests } from "./dashboard-pages/series.js";
import { whatIfTests } from "./dashboard-pages/what-if.js";

describe.skipIf(!installed)(`dashboard${installed ? "" : " (skipped: chromium is not installed)"}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await startDashboard();
  }, 120_000);
  afterAll(() => dashboard?.close());
  afterEach(() => dashboard.tidy());

  overviewTests(() => dashboard);

  seriesTests(() => dashboard);

  modelTests(() => dashboard);

  it("judges accuracy by horizon, over time and in words, and replays the past", async () => {
    const { page, complaints } = await dashboard.open("#/accuracy/web-01/cpu_percent");
    await page.getByText("Drift").first().waitFor();
    await page
      .getByText(/less error than seasonal-naive/)
      .first()
      .waitFor();
    const lines = page.getByRole("application", { name: /Mean absolute error 1 hour ahead/ });
    await lines.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator(".time-lines [aria-live]").first().textContent()).toMatch(/Loadcast \d/);
    await page.getByRole("button", { name: "Replay now" }).click();
    await page.getByText(/24 origins from/).waitFor();
    const young = await dashboard.open("#/accuracy/web-01/memory_percent");
    await young.page.getByText("Nothing to judge yet").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows the inside of the service in plain words", async () => {
    const { page, complaints } = await dashboard.open("#/system");
    await page.getByText("Source “plant-b” fails").waitFor();
    await page.getByText("puts them on a regular grid, gaps included").waitFor();
    const training = page.getByRole("listitem").filter({ hasText: "build-03/cpu_percent" });
    expect(await training.textContent()).toMatch(/searching and fitting models.*begun \d+ s ago/);
    expect(await page.getByRole("row", { name: /Make forecasts/ }).textContent()).toMatch(/idle.+ago.+in \d/);
    expect(complaints).toEqual([]);
  });

  it("says that there is no such page, and leads to one that is", async () => {
    const { page, requests, complaints } = await dashboard.open("#/systems?x=1");
    await page.getByRole("heading", { name: "No such page" }).waitFor();
    expect(await page.locator(".state code").textContent()).toBe("#/systems?x=1");
    expect(await page.title()).toBe("No such page · Loadcast");
    expect(requests.filter((url) => url.includes("/api/v1/") && !url.endsWith("/events"))).toEqual([]);
    await page.getByRole("link", { name: "To the overview", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.goBack();
    await page.getByRole("heading", { name: "No such page" }).waitFor();
    expect(complaints).toEqual([]);
  });

  whatIfTests(() => dashboard);

  connectionTests(() => dashboard);

  raceTests(() => dashboard);

  loginTests(() => dashboard);

  everybodyTests(() => dashboard);

  it("loads less than 60 KB of JavaScript for the first view, and for that of a series", async () => {
    const assets = join(dashboard.folder, "assets");
    const files = new Map<string, string>();
    for (const name of await readdir(assets))
      if (name.endsWith(".js")) files.set(name, await readFile(join(assets, name), "utf8"));
    /** The file and everything it needs before it can run. */
    const closure = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name)) return seen;
      seen.add(name);
      const imports = /(?:import|export)[^"';()]*?["']\.\/([^"']+\.js)["']/g;
      for (const [, next] of (files.get(name) ?? "").matchAll(imports)) closure(next, seen);
      return seen;
    };
    const index = [...files.keys()].filter((name) => name.startsWith("index-"));
    expect(index).toHaveLength(1);
    const sizeOf = (page: string) => {
      const entry = [...files.keys()].find((name) => name.startsWith(`${page}-page-`)) ?? "";
      const needed = new Set([...closure(index[0]), ...closure(entry)]);
      expect(needed.size).toBeGreaterThan(2);
      return [...needed].reduce((sum, name) => sum + gzipSync(files.get(name) ?? "").length, 0);
    };
    expect(sizeOf("overview")).toBeLessThan(30_000);
    expect(sizeOf("series")).toBeLessThan(60_000);
  });
});
