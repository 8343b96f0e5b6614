/** In the browser: forecasts in the browser itself. */
import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { Dashboard } from "../dashboard-browser.js";

export function whatIfTests(dashboard: () => Dashboard): void {
  describe("what if", () => {
    it("forecasts an example in the browser itself and saves it; nothing is sent", async () => {
      const { page, complaints, requests } = await dashboard().open("#/what-if");
      await page.getByRole("button", { name: "Air passengers" }).click();
      await page.getByText("144 values of “passengers”, one every month, from 1 Jan 1949").waitFor();
      await page.getByRole("radio", { name: "Fits the orders you choose" }).check({ force: true });
      for (const [letter, value] of Object.entries({ p: 0, d: 1, q: 1, P: 0, D: 1, Q: 1 })) {
        await page.getByLabel(new RegExp(`^${letter}:`)).fill(String(value));
      }
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/24 steps, found and fitted in/).waitFor();
      // The airline model as R 4.2 fits it, arima(AirPassengers, c(0,1,1), c(0,1,1)): ma1 -0.3087, sma1 -0.1074, log-likelihood -507.5.
      const parameters = page.getByRole("region", { name: "Parameters" });
      expect(await parameters.getByRole("row", { name: /^ma1/ }).textContent()).toContain("−0.3087");
      expect(await parameters.getByRole("row", { name: /^sma1/ }).textContent()).toContain("−0.1074");
      expect(await page.locator(".criteria").textContent()).toContain("−507.50");
      // The same of an ensemble's members that have a likelihood.
      await page.getByRole("radio", { name: /Several models/ }).check({ force: true });
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/Ensemble of \d+ members/).waitFor();
      await page.getByText("Of the member “SARIMA(1,1,1)(1,0,1)[12]").waitFor();
      expect(await parameters.getByRole("row", { name: /^sar1/ }).textContent()).toMatch(/0\.9\d+.+to/s);
      expect(await page.locator(".criteria").textContent()).toMatch(/Log-likelihood−?\d/);
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Forecast as CSV" }).click(),
      ]);
      const table = await readFile(await download.path(), "utf8");
      expect(table).toMatch(/^step,time,mean,median,lower80,upper80,lower95,upper95\n1,1961-01-01T00:00:00.000Z,/);
      expect(requests.filter((url) => !url.startsWith(dashboard().origin) || url.includes("/api/v1/forecast"))).toEqual(
        [],
      );
      expect(complaints).toEqual([]);
    });

    it("names the line of a mistake, takes a dropped file, and cancels", async () => {
      const { page } = await dashboard().open("#/what-if");
      await page.getByLabel("Table").fill("time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,many\n");
      await page.getByText('line 3 column 2 (value): "many" is not a finite number').waitFor();
      const lines = Array.from(
        { length: 3000 },
        (_, i) => `${1_700_000_000 + 300 * i},${50 + 20 * Math.sin(i / 9) + (i % 7)}`,
      );
      await page.evaluate(
        `{ const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(`time,value\n${lines.join("\n")}`)}], "load.csv"));
           document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); }`,
      );
      await page.getByText("3,000 values of “value”, one every 5 min").waitFor();
      await page.getByRole("radio", { name: /^Several models/ }).check({ force: true });
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/Judging member/).waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("button", { name: "Cancel" }).waitFor({ state: "detached" });
      expect(await page.getByRole("button", { name: "Forecast", exact: true }).isEnabled()).toBe(true);
    });
  });
}
