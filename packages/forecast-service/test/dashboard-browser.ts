/** The built dashboard in a real browser, before a made-up service, under the content security policy it is built with. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { build, preview } from "vite";
import type { Situation } from "../dashboard/test/fixture/fixture.js";

const CHROMIUM = process.env.LOADCAST_CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

export const installed = existsSync(CHROMIUM);

/** The part of the large chart that is pointed at. */
export const chart = (page: Page) => page.locator(".u-over");

export interface Opened {
  readonly page: Page;
  /** What went wrong in the page, and every address it asked for. */
  readonly complaints: string[];
  readonly requests: string[];
}

export interface Look extends BrowserContextOptions {
  readonly situation?: Situation;
  /** Another server than the one of the made-up service. */
  readonly at?: string;
}

export interface Dashboard {
  readonly origin: string;
  /** Folder of the built files. */
  readonly folder: string;
  open(hash: string, look?: Look): Promise<Opened>;
  /** What axe-core (WCAG 2.2 A and AA, and best practices) has to say, one line for each problem. */
  audit(page: Page): Promise<string[]>;
  /** Closes the pages opened since the last call. */
  tidy(): Promise<void>;
  close(): Promise<void>;
}

export async function startDashboard(): Promise<Dashboard> {
  const folder = await mkdtemp(join(tmpdir(), "loadcast-dashboard-"));
  const root = fileURLToPath(new URL("../dashboard", import.meta.url));
  const shared = { root, configFile: join(root, "vite.config.ts"), logLevel: "silent" } as const;
  // Vitest says "test", and Vite would build what nobody ever gets.
  const { NODE_ENV } = process.env;
  process.env.NODE_ENV = "production";
  await build({ ...shared, build: { outDir: folder, emptyOutDir: true } });
  process.env.NODE_ENV = NODE_ENV;
  const server = await preview({ ...shared, build: { outDir: folder }, preview: { host: "127.0.0.1" } });
  const origin = new URL(server.resolvedUrls?.local[0] ?? "").origin;
  const browser: Browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  let opened: Page[] = [];

  return {
    origin,
    folder,
    async open(hash, { situation = "normal", at = origin, ...look } = {}) {
      const context = await browser.newContext({
        viewport: { width: 1400, height: 900 },
        colorScheme: "light",
        timezoneId: "UTC",
        ...look,
      });
      await context.addCookies([{ name: "situation", value: situation, url: at }]);
      const page = await context.newPage();
      opened.push(page);
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(`${at}/${hash}`);
      return { page, complaints, requests };
    },
    async audit(page) {
      await page.evaluate(axe.source);
      return page.evaluate<
        string[]
      >(`axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"] })
        .then(({ violations }) => violations.flatMap(({ id, help, nodes }) =>
          nodes.map((node) => id + ": " + help + " at " + node.target + " " + (node.any[0]?.message ?? ""))))`);
    },
    async tidy() {
      const pages = opened;
      opened = [];
      await Promise.all(pages.map((page) => page.context().close()));
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
