/** In the browser: the chart and all that can be done with it. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { chart, type Dashboard } from "../dashboard-browser.js";

/** Of the stretch of time in an address, in milliseconds. */
function lengthOf(address: string): number {
  const query = new URLSearchParams(address.slice(address.indexOf("?")));
  return Date.parse(query.get("to") ?? "") - Date.parse(query.get("from") ?? "");
}

export function seriesTests(dashboard: () => Dashboard): void {
  describe("series", () => {
    it("shows the forecast first, and reads values out by keyboard", async () => {
      const { page, complaints } = await dashboard().open("#/series/demo/cpu_percent");
      await chart(page).waitFor();
      const card = (name: string) => page.locator(".card", { has: page.getByText(name, { exact: true }) });
      for (const name of ["Now", "In 1 hour", "In 4 hours", "Peak ahead"]) {
        expect(await card(name).locator(".card-value").textContent()).toMatch(/^\d+\.\d\u202f%$/);
      }
      expect(await card("Model").textContent()).toMatch(/forecast made (.+ ago|just now)/);
      expect(await page.locator("#chart-summary").textContent()).toContain("puts the highest median at");
      await page.locator(".chart-plot").focus();
      await page.keyboard.press("End");
      const spoken = page.locator(".chart [aria-live=polite]");
      await expect.poll(() => spoken.textContent()).toMatch(/Median .+80 % range .+95 % range/);
      const last = await spoken.textContent();
      await page.keyboard.press("ArrowLeft");
      await expect.poll(() => spoken.textContent()).not.toBe(last);
      expect(complaints).toEqual([]);
    });

    it("says how far a training is, and what was left out", async () => {
      const { page, complaints } = await dashboard().open("#/series/build-03/cpu_percent");
      const training = page.getByRole("status").filter({ hasText: "A new model is being trained" });
      expect(await training.textContent()).toMatch(
        /trained: searching and fitting models, begun \d+ s ago\. Until it is there, forecasts go on with the one in use/,
      );
      await page.getByText(/3 values of the last day lie outside 0 to 100 .+ the last one 5000 at/).waitFor();
      expect(complaints).toEqual([]);
    });

    it("zooms by dragging and by keyboard, keeps it in the address, reopens it, and lets go on a double click", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent?range=3d");
      const box = await chart(page).boundingBox();
      const at = (share: number) => [(box?.x ?? 0) + share * (box?.width ?? 0), (box?.y ?? 0) + 100] as const;
      await page.mouse.move(...at(0.3));
      await page.mouse.down();
      await page.mouse.move(...at(0.5), { steps: 5 });
      await page.mouse.up();
      await page.waitForURL(/range=3d&from=.+&to=/);
      const address = page.url();
      await page.locator(".chart-plot").focus();
      /** How much of the time is shown, as a part of what was dragged over. */
      const share = () => lengthOf(page.url()) / lengthOf(address);
      // The keyboard stays where it is, and every key is heard, however fast they come.
      await Promise.all(["+", "+", "+"].map((key) => page.keyboard.press(key)));
      await expect.poll(share).toBeCloseTo(1 / 8, 2);
      await Promise.all(["-", "+", "-", "-"].map((key) => page.keyboard.press(key)));
      await expect.poll(share).toBeCloseTo(1 / 2, 2);
      await page.keyboard.press("Escape");
      await expect.poll(() => page.url()).toMatch(/range=3d$/);
      await page.goto(address);
      await page.reload();
      await page.getByRole("button", { name: "Reset zoom" }).waitFor();
      expect(page.url()).toBe(address);
      await chart(page).dblclick();
      await expect.poll(() => page.url()).toMatch(/range=3d$/);
    });

    it("lays past forecasts over what came, one distance or one issue at a time", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent?past=1h");
      await page.getByText("Forecast 1 h before").waitFor();
      await page.locator(".chart-plot").focus();
      await page.keyboard.press("ArrowLeft");
      await page.locator(".tooltip", { hasText: "Forecast 1 h before" }).waitFor();
      await page.getByLabel("Past forecasts").selectOption("one, by its time");
      const slider = page.getByRole("slider");
      const before = await slider.getAttribute("aria-valuetext");
      await slider.press("ArrowLeft");
      await expect.poll(() => slider.getAttribute("aria-valuetext")).not.toBe(before);
      expect(page.url()).toMatch(/past=\d{4}-\d\d-\d\dT/);
    });

    it("lists unusual values, and hides them on request", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent?range=14d");
      await page.getByText(/\d+ unusual values/).waitFor();
      await page.getByRole("checkbox", { name: "Unusual values" }).uncheck();
      await page.getByText(/\d+ unusual values/).waitFor({ state: "detached" });
      expect(page.url()).toContain("anomalies=off");
    });

    it("saves what it shows as a table and as a picture", async () => {
      const { page, complaints } = await dashboard().open("#/series/demo/cpu_percent");
      await chart(page).waitFor();
      const save = async (name: string) => {
        const [download] = await Promise.all([
          page.waitForEvent("download"),
          page.getByRole("button", { name }).click(),
        ]);
        return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
      };
      const table = await save("CSV");
      expect(table.name).toBe("demo-cpu_percent.csv");
      const lines = table.content.toString().trim().split("\n");
      expect(lines[0]).toBe("time,observed,median,lower80,upper80,lower95,upper95,unusual");
      expect(lines.length).toBeGreaterThan(288);
      const picture = await save("PNG");
      expect(picture.content.subarray(1, 4).toString()).toBe("PNG");
      expect(picture.content.readUInt32BE(16)).toBeGreaterThan(1000);
      expect(complaints).toEqual([]);
    });

    it("says why a series waits and how far it is, and asks for no forecast", async () => {
      const { page, requests, complaints } = await dashboard().open("#/series/web-01/memory_percent");
      await page.getByText("Collecting history for the first forecast").waitFor();
      expect(await page.getByRole("progressbar").getAttribute("value")).toBe("14");
      await chart(page).waitFor();
      expect(requests.some((url) => url.endsWith("/forecast"))).toBe(false);
      expect(complaints).toEqual([]);
    });

    it("tells unknown series from unknown services", async () => {
      const { page } = await dashboard().open("#/series/gone/cpu_percent");
      await page.getByRole("heading", { name: "No such series" }).waitFor();
    });

    it("reads values under a finger", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent", {
        viewport: { width: 390, height: 844 },
        hasTouch: true,
      });
      await chart(page).scrollIntoViewIfNeeded();
      const box = await chart(page).boundingBox();
      const finger = await page.context().newCDPSession(page);
      const touch = (type: "touchStart" | "touchMove", part: number) => {
        const at = { x: (box?.x ?? 0) + (box?.width ?? 0) * part, y: (box?.y ?? 0) + 100 };
        return finger.send("Input.dispatchTouchEvent", { type, touchPoints: [at] });
      };
      await touch("touchStart", 0.5);
      await page.locator(".tooltip", { hasText: "Observed" }).waitFor();
      await touch("touchMove", 0.95);
      await page.locator(".tooltip", { hasText: "95 % range" }).waitFor();
    });
  });
}
