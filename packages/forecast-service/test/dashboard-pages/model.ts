/** In the browser: what a model is, and what can be done with its versions. */
import { describe, expect, it } from "vitest";
import type { Dashboard } from "../dashboard-browser.js";

export function modelTests(dashboard: () => Dashboard): void {
  describe("model", () => {
    it("says what it is in words and in mathematics, why it is there, and how well it fits", async () => {
      const { page, complaints } = await dashboard().open("#/model/demo/cpu_percent?version=12");
      await page.getByRole("heading", { name: "Version 12" }).waitFor();
      const numbers = page.getByRole("region", { name: "The same with its numbers" });
      expect((await numbers.textContent())?.replace(/\s/g, "")).toBe(
        "(1−1.31B+0.355B2)(1−0.913B12)(zt−3.41)=(1−0.622B)(1−0.77B12)εt",
      );
      // Drawn as mathematics, not as a row of letters.
      const power = await numbers.locator("msup mn").first().boundingBox();
      const base = await numbers.locator("msup mi").first().boundingBox();
      expect(power?.height).toBeLessThan(base?.height ?? 0);
      await page.getByText("Without news it returns to a mean of 3.41").waitFor();
      await page.getByText("Went live.").waitFor();
      await page.getByRole("radio", { name: /raw scale/ }).check();
      await page.getByText("What it looks at is the change from one value to the next.").waitFor();
      expect(await page.locator(".residual-plots svg").count()).toBe(3);
      await page.getByRole("button", { name: "Show all 24" }).click();
      expect(await page.getByRole("region", { name: "Tried models" }).locator("tbody tr").count()).toBe(24);
      expect(complaints).toEqual([]);
    });

    it("puts another version to use and goes back, asking for the token of a protected service", async () => {
      const { page } = await dashboard().open("#/model/demo/cpu_percent", { situation: "protected" });
      await page.getByRole("button", { name: "Use version 9" }).click();
      const dialog = page.getByRole("dialog", { name: "This needs a token" });
      await dialog.getByLabel("Token").fill("wrong");
      await dialog.getByRole("button", { name: "Continue" }).click();
      await dialog.getByText("The service refused the token.").waitFor();
      await dialog.getByLabel("Token").fill("open-sesame");
      await dialog.getByRole("button", { name: "Continue" }).click();
      await page.getByText("Version 9 makes the forecasts from now on.").waitFor();
      await page.getByRole("heading", { name: "Version 9 in use" }).waitFor();
      await page.getByRole("button", { name: "Roll back" }).click();
      await page.getByRole("heading", { name: "Version 11 in use" }).waitFor();
    });

    it("trains now: progress, cancelling, the outcome", async () => {
      const { page } = await dashboard().open("#/model/demo/memory_percent");
      await page.getByRole("button", { name: "Train now" }).click();
      await expect.poll(() => page.getByRole("progressbar").getAttribute("value")).toMatch(/^0\.\d/);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled.").waitFor();
      await page.getByRole("button", { name: "Train now" }).click();
      await page.getByText("Trained v12.").waitFor();
    });
  });
}
