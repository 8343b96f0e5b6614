/** In the browser: answers that are slow, or come in another order than they were asked for. */
import { setTimeout as pass } from "node:timers/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { chart, type Dashboard } from "../dashboard-browser.js";

/** Lets the answers of an address come late, each by what is said for it; the page may have given up on them. */
async function delay(page: Page, address: string, millis: (url: URL) => number): Promise<void> {
  await page.route(address, async (route) => {
    await pass(millis(new URL(route.request().url())));
    await route.continue().catch(() => {});
  });
}

export function raceTests(dashboard: () => Dashboard): void {
  describe("slow answers", () => {
    it("shows the range and the series chosen last, whatever comes first", async () => {
      const { page, complaints } = await dashboard().open("#/series/demo/cpu_percent");
      await chart(page).waitFor();
      const late = [900, 50, 600, 10];
      await delay(page, "**/history?*", () => late.shift() ?? 0);
      for (const range of ["3 days", "7 days", "14 days", "4 hours"])
        await page.getByTitle(range, { exact: true }).click();
      await page.getByText("In the last 4 hours it lay between").waitFor();
      late.push(900, 10);
      // The way to the other metrics is there before any answer is.
      for (const metric of ["Memory", "CPU", "Memory"]) await page.locator(".siblings").getByText(metric).click();
      await page.getByText("Memory of demo (synthetic data) was").waitFor();
      await pass(1000);
      await page.getByText("Memory of demo (synthetic data) was").waitFor();
      await page.getByText("In the last 4 hours it lay between").waitFor();
      expect(complaints).toEqual([]);
    });

    it("does not call hosts a match that are not, and says why the right ones do not come", async () => {
      const { page } = await dashboard().open("");
      await page.getByText("5 hosts, 4 need attention").waitFor();
      await delay(page, "**/overview?*", (url) => (url.searchParams.get("q") === "db-" ? 1200 : 2400));
      await page.getByLabel("Filter hosts").pressSequentially("db-");
      await page.getByText("Looking for hosts that match; below are those of before.").waitFor();
      expect(await page.getByRole("feed").getAttribute("aria-busy")).toBe("true");
      await page.getByText("1 host matches").waitFor();
      await pass(1500);
      expect(await page.locator(".page-sub").textContent()).toContain("1 host matches");
      await page.unroute("**/overview?*");
      const json = { type: "about:blank", title: "Error", status: 500, detail: "The store is locked.", code: "STORE" };
      await page.route("**/overview?*", (route) => route.fulfill({ status: 500, json }));
      await page.getByLabel("Filter hosts").fill("web");
      await page.getByRole("alert").getByText("The store is locked.").waitFor();
      await page.getByText("Looking for hosts that match").waitFor();
    });

    it("follows the task started last, not the one that an old answer tells of", async () => {
      const { page } = await dashboard().open("#/model/web-01/cpu_percent", { situation: "mute" });
      const held: (() => Promise<void>)[] = [];
      await page.route("**/tasks/*", async (route) => {
        if (route.request().method() !== "GET" || held.length > 0) return route.continue();
        const response = await route.fetch();
        held.push(() => route.fulfill({ response }).catch(() => {}));
      });
      await page.getByRole("button", { name: "Train now" }).click();
      await expect.poll(() => held.length, { timeout: 5000 }).toBe(1);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled.").waitFor();
      await page.getByRole("button", { name: "Train now" }).click();
      await page.getByRole("progressbar").waitFor();
      // "The first one runs", two seconds late.
      await held[0]();
      await page.getByText("Trained v12.").waitFor();
      await page.getByText("Cancelled.").waitFor({ state: "detached" });
    });

    it("marks the version in use among the older ones too", async () => {
      const { page } = await dashboard().open("#/model/cache-01/cpu_percent");
      await page.getByRole("button", { name: "Show older" }).click();
      await page.getByText("4 older versions are shown.").waitFor();
      await page.getByRole("button", { name: "Use version 2", exact: true }).click();
      await page.getByRole("row", { name: /^v2 ?in use/ }).waitFor();
      expect(await page.locator(".versions .badge-good").count()).toBe(1);
      expect(await page.locator(".versions tbody tr").count()).toBe(12);
    });

    it("reads the table put in last, though a file took longer, and keeps what was set while a value is mended", async () => {
      const { page } = await dashboard().open("#/what-if");
      await page.getByRole("button", { name: "Air passengers" }).waitFor();
      await page.evaluate(`{ const text = File.prototype.text;
        File.prototype.text = function () { return new Promise((go) => setTimeout(go, 700)).then(() => text.call(this)); }; }`);
      const buffer = Buffer.from(
        "time,value\n2026-11-23T12:00:00Z,1\n2026-11-23T12:05:00Z,2\n2026-11-23T12:10:00Z,3\n",
      );
      const file = { name: "old.csv", mimeType: "text/csv", buffer };
      await page.locator("input[type=file]").setInputFiles(file);
      await page.getByRole("button", { name: "Air passengers" }).click();
      await pass(1000);
      await page.getByText("144 values of “passengers”").waitFor();
      const horizon = page.getByLabel("Steps of 1 month ahead");
      await horizon.fill("7");
      await page.getByLabel("Table").press("Control+End");
      await page.getByLabel("Table").pressSequentially("1961-01,450\n");
      await page.getByText("145 values of “passengers”").waitFor();
      expect(await horizon.inputValue()).toBe("7");
      // Pressed before the table is read: the forecast is that of the new table all the same.
      await page.getByLabel("Table").pressSequentially("1961-02,460\n");
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/^7 steps, found and fitted in/).waitFor();
      await page.getByText("146 values of “passengers”").waitFor();
    });
  });
}
