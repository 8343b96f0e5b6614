/** In the browser: forecasts in the browser itself. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { chart, type Dashboard } from "../dashboard-browser.js";

/** As if a file fell onto the page. */
const drop = async (page: Page, text: string) => {
  await page.locator(".drop").waitFor();
  await page.evaluate(
    `{ const data = new DataTransfer(); data.items.add(new File([${JSON.stringify(text)}], "load.csv"));
       document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })); }`,
  );
};

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

    it("reads what people paste: other marks, no zone, no times, several hosts, more than two columns", async () => {
      const { page, complaints, requests } = await dashboard().open("#/what-if", { timezoneId: "Asia/Tokyo" });
      const table = page.getByLabel("Table");
      await table.waitFor();
      await page.waitForLoadState("networkidle");
      const before = requests.length;
      const clock = (row: number) => `${String(1 + Math.floor(row / 24)).padStart(2, "0")}.11.2026 ${row % 24}:00`;
      const rows = (line: (row: number) => string) => Array.from({ length: 96 }, (_, row) => line(row)).join("\r\n");
      await table.fill(`Zeit;CPU in %;Last\r\n${rows((row) => `${clock(row)};${row % 24},5;${row % 7}`)}`);
      // Tokyo is nine hours ahead: what is written without a zone stays as it is.
      await page
        .getByText(
          "96 values of “CPU in %”, one every hour, from 1 Nov 2026 00:00 to 4 Nov 2026 23:00. The times name no zone",
        )
        .waitFor();
      await chart(page).hover();
      expect(await page.locator(".tooltip").textContent()).toMatch(/Nov \d\d:00Observed\d+\.5$/);
      await page.getByLabel("Values of").selectOption("Last");
      await page.getByText("96 values of “Last”").waitFor();

      await table.fill(rows((row) => String(row % 24)));
      await page.getByText("The table has no times: they are taken as 5 min apart, the last one now.").waitFor();
      await page.getByLabel("Minutes between values").fill("60");
      await page.getByText("they are taken as 1 hour apart").waitFor();

      const day = (row: number) => new Date(Date.parse("2026-11-01T00:00Z") + row * 3_600_000).toISOString();
      await table.fill(
        `time,host,load\n${rows((row) => `${day(row)},web-1,${row % 24}`)}\n${rows((row) => `${day(row)},web-2,${90 + (row % 3)}`)}`,
      );
      await page.getByText("96 values of “load”, one every hour").waitFor();
      await page.getByLabel("Rows of").selectOption("web-2");
      await expect.poll(() => page.getByLabel("Rows of").inputValue()).toBe("web-2");
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/24 steps, found and fitted in/).waitFor();
      await page.getByText("Forecast as a table").click();
      // 9 h UTC is 18 h in Tokyo, where this browser stands: here a zone is written.
      expect(await page.getByRole("row", { name: /^Thu 5 Nov 09:00 9\d/ }).count()).toBe(1);
      expect(await dashboard().audit(page)).toEqual([]);
      expect(requests.slice(before).filter((url) => !url.includes("/assets/"))).toEqual([]);
      expect(complaints).toEqual([]);
    });

    it("takes the latest of very many values, unless asked for more", async () => {
      const { page } = await dashboard().open("#/what-if");
      const lines = Array.from({ length: 30_000 }, (_, row) => `${1_700_000_000 + 60 * row},${(row * row) % 61}`);
      await drop(page, `time,value\n${lines.join("\n")}`);
      await page.getByText("30,000 values of “value”, one every min").waitFor();
      const latest = page.getByLabel("Latest values used, of 30,000");
      expect(await latest.inputValue()).toBe("10000");
      await latest.fill("30001");
      await page.getByText("The latest values are a whole number from 1 to 30,000.").waitFor();
      await latest.fill("500");
      await page.getByRole("radio", { name: "Fits the orders you choose" }).check({ force: true });
      for (const letter of ["q", "P", "Q"]) await page.getByLabel(new RegExp(`^${letter}:`)).fill("0");
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/240 steps, found and fitted in/).waitFor();
    });

    it("names the line of a mistake, takes a dropped file, and cancels", async () => {
      const { page } = await dashboard().open("#/what-if");
      await page.getByLabel("Table").fill("time,value\n2026-01-01T00:00:00Z,1\n2026-01-01T00:05:00Z,many\n");
      await page.getByText('line 3 column 2 (value): "many" is not a finite number').waitFor();
      const lines = Array.from(
        { length: 3000 },
        (_, i) => `${1_700_000_000 + 300 * i},${50 + 20 * Math.sin(i / 9) + (i % 7)}`,
      );
      await drop(page, `time,value\n${lines.join("\n")}`);
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
