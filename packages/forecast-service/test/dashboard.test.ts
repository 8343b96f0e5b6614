/** The built page in a real browser, against made-up answers, under the content security policy a strict service sends. */
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

const CHROMIUM = process.env.LOADCAST_CHROMIUM ?? "/usr/bin/chromium";
const installed = existsSync(CHROMIUM);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

describe.skipIf(!installed)(`dashboard${installed ? "" : " (skipped: chromium is not installed)"}`, () => {
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;
  let origin: string;
  let page: Page;
  /** What went wrong in the page, and every address it asked for. */
  let complaints: string[];
  let requests: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "loadcast-dashboard-"));
    const root = fileURLToPath(new URL("../dashboard", import.meta.url));
    const shared = {
      root,
      configFile: join(root, "vite.config.ts"),
      logLevel: "silent",
      build: { outDir: folder },
    } as const;
    await build({ ...shared, build: { outDir: folder, emptyOutDir: true } });
    server = await preview({ ...shared, preview: { host: "127.0.0.1" } });
    origin = new URL(server.resolvedUrls?.local[0] ?? "").origin;
    browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1400, height: 900 }, colorScheme: "light" });
    complaints = [];
    requests = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
  });

  afterEach(() => page.close());

  const open = (hash: string) => page.goto(`${origin}/${hash}`);
  const card = (name: string) => page.locator(".card", { has: page.getByText(name, { exact: true }) });

  it("opens on a real series and shows what is asked for first, without a complaint or a foreign request", async () => {
    await open("");
    await page.getByRole("heading", { name: "CPU web-01" }).waitFor();
    await page.locator(".u-over").waitFor();
    expect(page.url()).toBe(`${origin}/#/series/web-01/cpu_percent?range=24h`);
    for (const name of ["Now", "In 1 hour", "In 4 hours", "Peak ahead"]) {
      expect(await card(name).locator(".card-value").textContent()).toMatch(/^\d+\.\d\u202f%$/);
    }
    expect(await card("Model").textContent()).toMatch(/forecast made (.+ ago|just now)/);
    expect(await page.locator("#chart-summary").textContent()).toContain("puts the highest median at");
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(origin))).toEqual([]);
  });

  it("reopens a link, and writes a change of range into it", async () => {
    await open("#/series/demo/memory_percent?range=3d");
    await page.getByRole("heading", { name: "Memory demo" }).waitFor();
    await page.getByRole("main").getByText("synthetic", { exact: true }).waitFor();
    expect(await page.getByRole("radio", { name: "3 days" }).isChecked()).toBe(true);
    await page.getByRole("radio", { name: "14 days" }).check({ force: true });
    await page.getByText("In the last 14 days").waitFor();
    expect(page.url()).toContain("#/series/demo/memory_percent?range=14d");
    await page.goBack();
    await page.getByText("In the last 3 days").waitFor();
  });

  it("says why a series waits and how far it is, and asks for no forecast", async () => {
    await open("#/series/web-01/memory_percent");
    await page.getByText("Collecting history for the first forecast").waitFor();
    await page.getByText("Has 14 of the 48 five-minute values").waitFor();
    expect(await page.getByRole("progressbar").getAttribute("value")).toBe("14");
    await page.locator(".u-over").waitFor();
    expect(requests.some((url) => url.endsWith("/forecast"))).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("says that the connection is lost, keeps what it has, and recovers", async () => {
    await open("#/series/demo/cpu_percent");
    await page.locator(".u-over").waitFor();
    await page.route("**/api/**", (route) => route.abort());
    await page.evaluate('dispatchEvent(new Event("online"))');
    await page.getByText("No connection to the service.").waitFor();
    expect(await page.locator(".u-over").isVisible()).toBe(true);
    await page.unroute("**/api/**");
    await page.getByRole("button", { name: "Try now" }).click();
    await page.getByRole("alert").waitFor({ state: "detached" });
    await page.getByText("Live", { exact: true }).waitFor();
  });

  it("repeats the service's own words when it answers with an error", async () => {
    await page.route("**/api/**", (route) =>
      route.fulfill({
        status: 503,
        contentType: "application/problem+json",
        body: '{"detail":"The store is locked."}',
      }),
    );
    await open("");
    await page.getByText("The store is locked.").waitFor();
  });

  it("tells unknown series from unknown services", async () => {
    await open("#/series/gone/cpu_percent");
    await page.getByRole("heading", { name: "No such series" }).waitFor();
    await page.getByRole("link", { name: /^CPU/ }).first().waitFor();
  });

  it("reads values out by keyboard", async () => {
    await open("#/series/demo/cpu_percent");
    await page.locator(".u-over").waitFor();
    await page.locator(".chart-plot").focus();
    await page.keyboard.press("End");
    const spoken = page.locator("[aria-live=polite]");
    await expect.poll(() => spoken.textContent()).toMatch(/Median .+80 % range .+95 % range/);
    const last = await spoken.textContent();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => spoken.textContent()).not.toBe(last);
  });

  it("reads values under a finger", async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, hasTouch: true });
    const phone = await context.newPage();
    await phone.goto(`${origin}/#/series/demo/cpu_percent`);
    const plot = phone.locator(".u-over");
    await plot.scrollIntoViewIfNeeded();
    const box = await plot.boundingBox();
    const finger = await context.newCDPSession(phone);
    const touch = (type: "touchStart" | "touchMove", part: number) => {
      const at = { x: (box?.x ?? 0) + (box?.width ?? 0) * part, y: (box?.y ?? 0) + 100 };
      return finger.send("Input.dispatchTouchEvent", { type, touchPoints: [at] });
    };
    await touch("touchStart", 0.5);
    await phone.locator(".tooltip", { hasText: "Observed" }).waitFor();
    await touch("touchMove", 0.95);
    await phone.locator(".tooltip", { hasText: "95 % range" }).waitFor();
    await context.close();
  });

  it("changes and remembers its colours, on the canvas too", async () => {
    await open("#/series/demo/cpu_percent");
    await page.locator(".u-over").waitFor();
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

  it.each([390, 768, 1400])("fits a screen of %i px", async (width) => {
    await page.setViewportSize({ width, height: 844 });
    await open("#/series/demo/cpu_percent");
    await page.locator(".u-over").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    const plot = await page.locator(".chart-plot").boundingBox();
    expect(plot?.width).toBeGreaterThan(width * 0.6);
  });
});
