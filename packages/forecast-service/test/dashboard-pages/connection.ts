/** In the browser: what the page does when the service is away, or changes. */
import { describe, expect, it } from "vitest";
import { chart, type Dashboard } from "../dashboard-browser.js";

export function connectionTests(dashboard: () => Dashboard): void {
  describe("connection", () => {
    it("is told of changes by events, without asking for them again and again", async () => {
      const { page, requests } = await dashboard().open("#/model/build-03/memory_percent");
      await page.getByRole("heading", { name: "Version 11 in use" }).waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      await expect.poll(() => requests.filter((url) => url.includes("/versions")).length).toBe(2);
      requests.length = 0;
      // Somebody else, somewhere else.
      const other = await dashboard().open("#/system");
      await other.page.evaluate(
        `fetch("/api/v1/models/build-03%2Fmemory_percent/aliases/champion", { method: "POST", body: '{"version":7}' })`,
      );
      await page.getByRole("heading", { name: "Version 7 in use" }).waitFor();
      // The heading may stand before the second of the two requests is made.
      await expect.poll(() => requests.filter((url) => url.includes("/versions")).length).toBe(2);
    });

    it("polls where events do not get through", async () => {
      const { page } = await dashboard().open("#/system", { situation: "mute" });
      await page.getByText("Polling", { exact: true }).waitFor();
    });

    it("says that it is lost, keeps what it has, and recovers", async () => {
      const { page } = await dashboard().open("#/series/demo/cpu_percent", { situation: "mute" });
      await chart(page).waitFor();
      await page.route("**/api/**", (route) => route.abort());
      await page.evaluate('dispatchEvent(new Event("online")); location.hash += "?range=3d"');
      await page.getByText("No connection to the service.").waitFor();
      await page.getByText("Offline", { exact: true }).waitFor();
      await page.unroute("**/api/**");
      // It tries by itself too, and may be there before the button is pressed.
      const back = page.getByText("No connection to the service.").waitFor({ state: "detached" });
      await Promise.race([page.getByRole("button", { name: "Try now" }).click(), back]);
      await back;
      await chart(page).waitFor();
    });

    it("asks to reload when the service was rebuilt under an open page", async () => {
      const { page } = await dashboard().open("");
      await page.locator(".host-card").first().waitFor();
      await page.route("**/assets/**", (route) => route.fulfill({ status: 404, body: "" }));
      await page.getByRole("link", { name: "System" }).click();
      await page.getByRole("heading", { name: "A new version is there" }).waitFor();
      await page.unroute("**/assets/**");
      await page.getByRole("button", { name: "Reload" }).click();
      await page.getByRole("heading", { name: "System" }).waitFor();
    });
  });
}
