/** In the browser: the way past the token, before an application that has one. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config.js";
import type { Dashboard } from "../dashboard-browser.js";
import { buildFake } from "../fake-application.js";

const TOKEN = "open-sesame-0123456789";

export function loginTests(dashboard: () => Dashboard): void {
  describe("login", () => {
    it("says when a token is wrong, and goes on to what was asked for with the right one", async () => {
      const settings = ({ auth }: Config) => {
        auth.tokens = [{ name: "operator", token: TOKEN, scopes: ["read"] }];
      };
      const app = await buildFake({ dashboard: dashboard().folder, settings });
      try {
        const at = await app.listen({ host: "127.0.0.1", port: 0 });
        const { page, complaints } = await dashboard().open("#/what-if", { at });
        await page.getByLabel("Token").fill("open-barley-0123456789");
        await page.keyboard.press("Enter");
        await page.getByText("This token is not known.").waitFor();
        expect(await dashboard().audit(page)).toEqual([]);
        await page.getByLabel("Token").fill(TOKEN);
        await page.getByRole("button", { name: "Log in" }).click();
        await page.getByRole("heading", { name: "What if" }).waitFor();
        expect(page.url()).toBe(`${at}/#/what-if`);
        // The two pages that were refused, and nothing that the content security policy forbids.
        expect(complaints).toHaveLength(2);
        expect(complaints.every((complaint) => complaint.includes("401"))).toBe(true);
      } finally {
        await app.close();
      }
    });
  });
}
