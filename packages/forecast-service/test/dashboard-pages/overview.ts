/** In the browser: who needs attention, filters, two thousand series, the finder. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import type { OverviewResponse } from "../../src/http/contract.js";
import { chart, type Dashboard } from "../dashboard-browser.js";

const host = (page: Page, name: string) => page.locator(".host-card", { has: page.getByRole("heading", { name }) });

export function overviewTests(dashboard: () => Dashboard): void {
  describe("overview", () => {
    it("shows who needs attention first, and why, without a complaint or a foreign request", async () => {
      const { page, complaints, requests } = await dashboard().open("");
      await page.getByText("5 hosts, 4 need attention").waitFor();
      const first = page.locator(".host-card").first();
      expect(await first.textContent()).toContain("Memory: 81\u202f% chance to pass 90\u202f% within 4\u00a0h");
      expect(await first.getByRole("region", { name: "Memory of cache-01" }).textContent()).toMatch(
        /Next 4 h.+%.+Peak \d\d:\d\d.+Over 90.%in .+81.% chance/s,
      );
      await first.getByRole("link", { name: "Memory of cache-01" }).click();
      await page.getByRole("heading", { name: "Memory cache-01" }).waitFor();
      await chart(page).waitFor();
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(dashboard().origin))).toEqual([]);
    });

    it("filters, keeps that in the address, and says when nothing matches", async () => {
      const { page } = await dashboard().open("#/?metric=memory_percent");
      await host(page, "web-01").waitFor();
      expect(await page.getByRole("heading", { name: /^CPU/ }).count()).toBe(0);
      await page.getByLabel("Filter hosts").fill("db-");
      await page.getByText("1 host matches").waitFor();
      expect(page.url()).toContain("#/?q=db-&metric=memory_percent");
      await page.getByLabel("Filter hosts").fill("nowhere");
      await page.getByText("No host matches.").waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByText("5 hosts").waitFor();
    });

    it("calls nothing present that is old, and tells the time of the service's sentences by the reader's clock", async () => {
      const { page } = await dashboard().open("", { timezoneId: "Asia/Tokyo" });
      await page.route("**/api/v1/overview*", async (route) => {
        const answer = (await (await route.fetch()).json()) as OverviewResponse;
        const [silent] = answer.hosts;
        const { last } = silent.series[0];
        if (last) last.time = new Date(Date.parse(answer.now) - 5.4 * 3_600_000).toISOString();
        silent.why = "CPU: no data since 2026-11-20 22:05 UTC";
        await route.fulfill({ json: answer });
      });
      await page.reload();
      const [silent, live] = ["CPU of cache-01", "Memory of cache-01"].map((name) =>
        page.getByRole("region", { name }),
      );
      await silent.getByText("no data").waitFor();
      expect(await silent.locator(".gauge-name").textContent()).toBe("5 h ago");
      expect(await live.locator(".gauge-name").textContent()).toBe("now");
      await page.getByText(/CPU: no data since (\S+ )*07:05$/).waitFor();
    });

    it("draws only what is in sight of two thousand series, and reaches the last of them", async () => {
      const { page, requests } = await dashboard().open("", { situation: "fleet" });
      await page.getByText("1,000 hosts").waitFor();
      await page.locator(".host-card").first().waitFor();
      expect(await page.locator(".host-card").count()).toBeLessThan(40);
      expect(requests.filter((url) => url.includes("/api/v1/overview"))).toHaveLength(1);
      const whole = await page.evaluate<number>("document.documentElement.scrollHeight");
      expect(whole).toBeGreaterThan(50_000);
      // Pages follow one another, so the end comes nearer with each.
      await expect
        .poll(
          async () => {
            await page.keyboard.press("End");
            return page.locator('.host-card[aria-posinset="1000"]').count();
          },
          { timeout: 20_000, interval: 100 },
        )
        .toBe(1);
      expect(await page.locator(".host-card").count()).toBeLessThan(40);
    });

    it("waits for its first series, and says when the service cannot answer", async () => {
      const { page } = await dashboard().open("", { situation: "empty" });
      await page.getByRole("heading", { name: "No series yet" }).waitFor();
      const broken = await dashboard().open("", { situation: "broken" });
      await broken.page.getByText("is locked by another process").waitFor();
    });

    it("finds any series by a few letters and the keyboard alone", async () => {
      const { page } = await dashboard().open("", { situation: "fleet" });
      await page.locator(".host-card").first().waitFor();
      await page.keyboard.press("/");
      await page.getByRole("combobox", { name: "Host or metric" }).fill("node-77. mem");
      await page.getByRole("option", { name: "node-77.fra.example.org Memory" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Memory node-77.fra.example.org" }).waitFor();
    });
  });
}
