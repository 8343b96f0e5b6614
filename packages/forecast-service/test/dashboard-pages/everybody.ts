/** In the browser: screens, colours, keyboards and ears of all kinds. */
import { describe, expect, it } from "vitest";
import type { OverviewResponse } from "../../src/http/contract.js";
import { chart, type Dashboard } from "../dashboard-browser.js";

export function everybodyTests(dashboard: () => Dashboard): void {
  describe("everybody", () => {
    const PAGES: readonly [name: string, hash: string, there: string][] = [
      ["overview", "", ".host-card"],
      ["series", "#/series/build-03/cpu_percent?past=1h", ".u-over"],
      ["waiting series", "#/series/web-01/memory_percent", ".u-over"],
      ["failed series", "#/series/db-02/cpu_percent", ".u-over"],
      ["model", "#/model/demo/cpu_percent?version=12", ".residual-plots svg"],
      ["accuracy", "#/accuracy/web-01/cpu_percent", ".time-lines svg"],
      ["what if", "#/what-if", ".what-if"],
      ["system", "#/system", ".pipeline"],
      ["unknown series", "#/series/gone/cpu_percent", ".state"],
      ["unknown page", "#/nowhere", ".state"],
    ];

    it.each(["light", "dark"] as const)("can use every page in %s colours: axe finds nothing", async (colorScheme) => {
      const problems: string[] = [];
      const { page } = await dashboard().open("", { colorScheme });
      for (const [name, hash, there] of PAGES) {
        await page.goto(`${dashboard().origin}/${hash}`);
        await page.locator(there).first().waitFor();
        problems.push(...(await dashboard().audit(page)).map((problem) => `${name}: ${problem}`));
      }
      await page.keyboard.press("/");
      await page.getByRole("option").first().waitFor();
      problems.push(...(await dashboard().audit(page)).map((problem) => `finder: ${problem}`));
      expect(problems).toEqual([]);
      await page.evaluate('document.querySelector("dialog[open]").append(new Image())');
      expect((await dashboard().audit(page)).join()).toContain("image-alt");
    });

    it.each([390, 768, 1354, 2560])(
      "can use every page on a screen of %i px: nothing sticks out or is cut",
      async (width) => {
        const { page } = await dashboard().open("", { viewport: { width, height: 844 } });
        for (const [name, hash, there] of PAGES) {
          await page.goto(`${dashboard().origin}/${hash}`);
          await page.locator(there).first().waitFor();
          const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect({ name, over }).toEqual({ name, over: 0 });
          const cut = await page.evaluate(`[...document.querySelectorAll(".tile-facts dd, .host-why-words, .header *")]
          .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline")
          .filter((one) => !one.closest(".visually-hidden") && !one.closest("svg"))
          .map((one) => one.className + ": " + one.textContent)`);
          expect({ name, cut }).toEqual({ name, cut: [] });
        }
      },
    );

    it.each([360, 720, 768, 1354, 1400])("has room for the widest numbers on a screen of %i px", async (width) => {
      const { page } = await dashboard().open("#/system", { viewport: { width, height: 844 } });
      await page.route("**/overview?*", async (route) => {
        const answer = (await (await route.fetch()).json()) as OverviewResponse;
        const full = { mean: 100, meanLower: 91, meanUpper: 100 };
        for (const { outlook } of answer.hosts.flatMap(({ series }) => series)) {
          if (outlook) Object.assign(outlook, full, { peak: { ...outlook.peak, median: 100, lower: 91, upper: 100 } });
        }
        await route.fulfill({ json: answer });
      });
      await page.goto(`${dashboard().origin}/#/`);
      await page.getByText("91–").first().waitFor();
      const out = await page.evaluate(`[...document.querySelectorAll(".tile-facts > div:not(.visually-hidden) > *")]
        .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent)`);
      expect(out).toEqual([]);
    });

    it("changes and remembers colours, on the canvas too", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent");
      await chart(page).waitFor();
      const look = () =>
        page.evaluate<{ theme: string; drawn: string }>(`({
          theme: document.documentElement.dataset.theme,
          drawn: document.querySelector("canvas").toDataURL(),
        })`);
      const light = await look();
      const button = page.getByRole("button", { name: /^Colours/ });
      await button.click(); // light, by choice
      await button.click();
      await expect.poll(async () => (await look()).drawn).not.toBe(light.drawn);
      expect([light.theme, (await look()).theme]).toEqual(["light", "dark"]);
      await page.reload();
      expect(await page.getAttribute("html", "data-theme")).toBe("dark");
    });

    it("prints dark pages in light colours, drawings too, without what is pressed", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent", { colorScheme: "dark" });
      await chart(page).waitFor();
      const look = () =>
        page.evaluate<{ ink: string; drawn: string; wide: boolean }>(`({
          ink: getComputedStyle(document.body).color,
          drawn: document.querySelector("canvas").toDataURL(),
          wide: document.querySelector("canvas").getBoundingClientRect().right > innerWidth,
        })`);
      const screen = await look();
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await page.setViewportSize({ width: 794, height: 1123 }); // A4
      await expect.poll(async () => (await look()).drawn).not.toBe(screen.drawn);
      const paper = await look();
      expect([screen.ink, paper.ink]).toEqual(["rgb(232, 237, 244)", "rgb(19, 29, 43)"]);
      expect(paper.wide).toBe(false);
      expect(await page.getByRole("button", { name: "CSV" }).count()).toBe(0);
      expect(await page.getByRole("radio").count()).toBe(0);
      await page.emulateMedia({ media: "screen", colorScheme: "dark" });
      await page.setViewportSize({ width: 1400, height: 900 });
      await expect.poll(async () => (await look()).drawn).toBe(screen.drawn);
    });

    it("moves nothing where less motion is asked for", async () => {
      const { page } = await dashboard().open("", { situation: "slow", reducedMotion: "reduce" });
      await page.locator(".skeleton").first().waitFor();
      expect(await page.evaluate("document.getAnimations().length")).toBe(0);
    });
  });
}
