import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

const CHROMIUM = process.env.LOADCAST_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

/** "" where there is Chromium, else words for the name of a suite that is skipped. */
export const withoutBrowser = existsSync(CHROMIUM)
  ? ""
  : ` (skipped, no Chromium at ${CHROMIUM}: set LOADCAST_CHROMIUM)`;

/**
 * A browser for pages of the chain. With LOADCAST_PICTURES, a folder, each page that is looked at is kept there as a picture.
 */
export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    colorScheme: "light",
    timezoneId: "UTC",
  });
  return {
    close: () => browser.close(),

    /** Opens a page, hands it over, and closes it. */
    async look<T>(url: string, name: string, see: (page: Page) => Promise<T>): Promise<T> {
      const page = await context.newPage();
      try {
        await page.goto(url);
        return await see(page);
      } finally {
        // Also of what was not there: it tells why.
        const folder = process.env.LOADCAST_PICTURES;
        if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
        await page.close();
      }
    },
  };
}

export type Browser = Awaited<ReturnType<typeof openBrowser>>;
