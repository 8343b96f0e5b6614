import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Dashboard, installed, startDashboard } from "./dashboard-browser.js";

describe.skipIf(!installed)(`dashboard${installed ? "" : " (skipped: chromium is not installed)"}`, () => {
  let dashboard: Dashboard;

  beforeAll(async () => {
    dashboard = await startDashboard();
  }, 120_000);
  afterAll(() => dashboard?.close());
  afterEach(() => dashboard.tidy());

  const chart = (page: Page) => page.locator(".u-over");
  const host = (page: Page, name: string) => page.locator(".host-card", { has: page.getByRole("heading", { name }) });

  describe("overview", () => {
    it("shows who needs attention first, and why, without a complaint or a foreign request", async () => {
      const { page, complaints, requests } = await dashboard.open("");
      await page.getByText("5 hosts, 4 need attention").waitFor();
      const first = page.locator(".host-card").first();
      expect(await first.textContent()).toContain("Memory is expected to reach 90 %");
      expect(await first.getByRole("region", { name: "Memory of cache-01" }).textContent()).toMatch(
        /Next 4 h.+%.+Peak \d\d:\d\d.+To 90.%in .+81.% chance/s,
      );
      await first.getByRole("link", { name: "Memory of cache-01" }).click();
      await page.getByRole("heading", { name: "Memory cache-01" }).waitFor();
      await chart(page).waitFor();
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith(dashboard.origin))).toEqual([]);
    });

    it("filters, keeps that in the address, and says when nothing matches", async () => {
      const { page } = await dashboard.open("#/?metric=memory_percent");
      await host(page, "web-01").waitFor();
      expect(await page.getByRole("heading", { name: /^CPU/ }).count()).toBe(0);
      await page.getByLabel("Filter hosts").fill("db-");
      await page.getByText("1 host matches").waitFor();
      expect(page.url()).toContain("#/?q=db-&metric=memory_percent");
      await page.getByLabel("Filter hosts").fill("nowhere");
      await page.getByText("No host matches.").waitFor();
      await page.getByRole("button", { name: "Show all" }).click();
      await page.getByText("5 hosts").waitFor();
    });

    it("draws only what is in sight of two thousand series, and reaches the last of them", async () => {
      const { page, requests } = await dashboard.open("", { situation: "fleet" });
      await page.getByText("1,000 hosts").waitFor();
      await page.locator(".host-card").first().waitFor();
      expect(await page.locator(".host-card").count()).toBeLessThan(40);
      expect(requests.filter((url) => url.includes("/api/v1/overview"))).toHaveLength(1);
      const whole = await page.evaluate<number>("document.documentElement.scrollHeight");
      expect(whole).toBeGreaterThan(50_000);
      // Pages follow one another, so the end comes nearer with each.
      await expect
        .poll(
          async () => {
            await page.keyboard.press("End");
            return page.locator('.host-card[aria-posinset="1000"]').count();
          },
          { timeout: 20_000, interval: 100 },
        )
        .toBe(1);
      expect(await page.locator(".host-card").count()).toBeLessThan(40);
    });

    it("waits for its first series, and says when the service cannot answer", async () => {
      const { page } = await dashboard.open("", { situation: "empty" });
      await page.getByRole("heading", { name: "No series yet" }).waitFor();
      const broken = await dashboard.open("", { situation: "broken" });
      await broken.page.getByText("is locked by another process").waitFor();
    });

    it("finds any series by a few letters and the keyboard alone", async () => {
      const { page } = await dashboard.open("", { situation: "fleet" });
      await page.locator(".host-card").first().waitFor();
      await page.keyboard.press("/");
      await page.getByRole("combobox", { name: "Host or metric" }).fill("node-77. mem");
      await page.getByRole("option", { name: "node-77.fra.example.org Memory" }).waitFor();
      await page.keyboard.press("Enter");
      await page.getByRole("heading", { name: "Memory node-77.fra.example.org" }).waitFor();
    });
  });

  describe("series", () => {
    it("shows the forecast first, and reads values out by keyboard", async () => {
      const { page, complaints } = await dashboard.open("#/series/demo/cpu_percent");
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

    it("zooms by dragging and by keyboard, keeps it in the address, reopens it, and lets go on a double click", async () => {
      const { page } = await dashboard.open("#/series/demo/cpu_percent?range=3d");
      const box = await chart(page).boundingBox();
      const at = (share: number) => [(box?.x ?? 0) + share * (box?.width ?? 0), (box?.y ?? 0) + 100] as const;
      await page.mouse.move(...at(0.3));
      await page.mouse.down();
      await page.mouse.move(...at(0.5), { steps: 5 });
      await page.mouse.up();
      await page.waitForURL(/range=3d&from=.+&to=/);
      const address = page.url();
      await page.locator(".chart-plot").focus();
      await page.keyboard.press("+");
      await expect.poll(() => page.url()).not.toBe(address);
      await page.goto(address);
      await page.reload();
      await page.getByRole("button", { name: "Reset zoom" }).waitFor();
      expect(page.url()).toBe(address);
      await chart(page).dblclick();
      await expect.poll(() => page.url()).toMatch(/range=3d$/);
    });

    it("lays past forecasts over what came, one distance or one issue at a time", async () => {
      const { page } = await dashboard.open("#/series/demo/cpu_percent?past=1h");
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
      const { page } = await dashboard.open("#/series/demo/cpu_percent?range=14d");
      await page.getByText(/\d+ unusual values/).waitFor();
      await page.getByRole("checkbox", { name: "Unusual values" }).uncheck();
      await page.getByText(/\d+ unusual values/).waitFor({ state: "detached" });
      expect(page.url()).toContain("anomalies=off");
    });

    it("saves what it shows as a table and as a picture", async () => {
      const { page, complaints } = await dashboard.open("#/series/demo/cpu_percent");
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
      const { page, requests, complaints } = await dashboard.open("#/series/web-01/memory_percent");
      await page.getByText("Collecting history for the first forecast").waitFor();
      expect(await page.getByRole("progressbar").getAttribute("value")).toBe("14");
      await chart(page).waitFor();
      expect(requests.some((url) => url.endsWith("/forecast"))).toBe(false);
      expect(complaints).toEqual([]);
    });

    it("tells unknown series from unknown services", async () => {
      const { page } = await dashboard.open("#/series/gone/cpu_percent");
      await page.getByRole("heading", { name: "No such series" }).waitFor();
    });

    it("reads values under a finger", async () => {
      const { page } = await dashboard.open("#/series/demo/cpu_percent", {
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

  describe("model", () => {
    it("says what it is in words and in mathematics, why it is there, and how well it fits", async () => {
      const { page, complaints } = await dashboard.open("#/model/demo/cpu_percent?version=12");
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
      const { page } = await dashboard.open("#/model/demo/cpu_percent", { situation: "protected" });
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
      const { page } = await dashboard.open("#/model/demo/memory_percent");
      await page.getByRole("button", { name: "Train now" }).click();
      await expect.poll(() => page.getByRole("progressbar").getAttribute("value")).toMatch(/^0\.\d/);
      await page.getByRole("button", { name: "Cancel" }).click();
      await page.getByText("Cancelled.").waitFor();
      await page.getByRole("button", { name: "Train now" }).click();
      await page.getByText("Trained v12.").waitFor();
    });
  });

  it("judges accuracy by horizon, over time and in words, and replays the past", async () => {
    const { page, complaints } = await dashboard.open("#/accuracy/web-01/cpu_percent");
    await page.getByText("Drift").first().waitFor();
    await page
      .getByText(/less error than seasonal-naive/)
      .first()
      .waitFor();
    const lines = page.getByRole("application", { name: /Mean absolute error 1 hour ahead/ });
    await lines.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => page.locator(".time-lines [aria-live]").first().textContent()).toMatch(/Loadcast \d/);
    await page.getByRole("button", { name: "Replay now" }).click();
    await page.getByText(/24 origins from/).waitFor();
    const young = await dashboard.open("#/accuracy/web-01/memory_percent");
    await young.page.getByText("Nothing to judge yet").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows the inside of the service in plain words", async () => {
    const { page, complaints } = await dashboard.open("#/system");
    await page.getByText("Source “plant-b” fails").waitFor();
    await page.getByText("puts them on a regular grid, gaps included").waitFor();
    expect(await page.getByRole("row", { name: /Make forecasts/ }).textContent()).toMatch(/idle.+ago.+in \d/);
    expect(complaints).toEqual([]);
  });

  describe("what if", () => {
    it("forecasts an example in the browser itself and saves it; nothing is sent", async () => {
      const { page, complaints, requests } = await dashboard.open("#/what-if");
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
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: "Forecast as CSV" }).click(),
      ]);
      const table = await readFile(await download.path(), "utf8");
      expect(table).toMatch(/^step,time,mean,median,lower80,upper80,lower95,upper95\n1,1961-01-01T00:00:00.000Z,/);
      expect(requests.filter((url) => !url.startsWith(dashboard.origin) || url.includes("/api/v1/forecast"))).toEqual(
        [],
      );
      expect(complaints).toEqual([]);
    });

    it("names the line of a mistake, takes a dropped file, and cancels", async () => {
      const { page } = await dashboard.open("#/what-if");
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

  describe("connection", () => {
    it("is told of changes by events, without asking for them again and again", async () => {
      const { page, requests } = await dashboard.open("#/model/build-03/memory_percent");
      await page.getByRole("heading", { name: "Version 11 in use" }).waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      await expect.poll(() => requests.filter((url) => url.includes("/versions")).length).toBe(2);
      requests.length = 0;
      // Somebody else, somewhere else.
      const other = await dashboard.open("#/system");
      await other.page.evaluate(
        `fetch("/api/v1/models/build-03%2Fmemory_percent/aliases/champion", { method: "POST", body: '{"version":7}' })`,
      );
      await page.getByRole("heading", { name: "Version 7 in use" }).waitFor();
      expect(requests.filter((url) => url.includes("/versions")).length).toBe(2);
    });

    it("polls where events do not get through", async () => {
      const { page } = await dashboard.open("#/system", { situation: "mute" });
      await page.getByText("Polling", { exact: true }).waitFor();
    });

    it("says that it is lost, keeps what it has, and recovers", async () => {
      const { page } = await dashboard.open("#/series/demo/cpu_percent", { situation: "mute" });
      await chart(page).waitFor();
      await page.route("**/api/**", (route) => route.abort());
      await page.evaluate('dispatchEvent(new Event("online")); location.hash += "?range=3d"');
      await page.getByText("No connection to the service.").waitFor();
      await page.getByText("Offline", { exact: true }).waitFor();
      await page.unroute("**/api/**");
      await page.getByRole("button", { name: "Try now" }).click();
      await page.getByText("No connection to the service.").waitFor({ state: "detached" });
      await chart(page).waitFor();
    });

    it("asks to reload when the service was rebuilt under an open page", async () => {
      const { page } = await dashboard.open("");
      await page.locator(".host-card").first().waitFor();
      await page.route("**/assets/**", (route) => route.fulfill({ status: 404, body: "" }));
      await page.getByRole("link", { name: "System" }).click();
      await page.getByRole("heading", { name: "A new version is there" }).waitFor();
      await page.unroute("**/assets/**");
      await page.getByRole("button", { name: "Reload" }).click();
      await page.getByRole("heading", { name: "System" }).waitFor();
    });
  });

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
    ];

    it.each(["light", "dark"] as const)("can use every page in %s colours: axe finds nothing", async (colorScheme) => {
      const problems: string[] = [];
      const { page } = await dashboard.open("", { colorScheme });
      for (const [name, hash, there] of PAGES) {
        await page.goto(`${dashboard.origin}/${hash}`);
        await page.locator(there).first().waitFor();
        problems.push(...(await dashboard.audit(page)).map((problem) => `${name}: ${problem}`));
      }
      await page.keyboard.press("/");
      await page.getByRole("option").first().waitFor();
      problems.push(...(await dashboard.audit(page)).map((problem) => `finder: ${problem}`));
      expect(problems).toEqual([]);
      await page.evaluate('document.querySelector("dialog[open]").append(new Image())');
      expect((await dashboard.audit(page)).join()).toContain("image-alt");
    });

    it.each([390, 768, 2560])("can use every page on a screen of %i px: nothing sticks out", async (width) => {
      const { page } = await dashboard.open("", { viewport: { width, height: 844 } });
      for (const [name, hash, there] of PAGES) {
        await page.goto(`${dashboard.origin}/${hash}`);
        await page.locator(there).first().waitFor();
        const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
        expect({ name, over }).toEqual({ name, over: 0 });
      }
    });

    it("changes and remembers colours, on the canvas too", async () => {
      const { page } = await dashboard.open("#/series/demo/cpu_percent");
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

    it("moves nothing where less motion is asked for", async () => {
      const { page } = await dashboard.open("", { situation: "slow", reducedMotion: "reduce" });
      await page.locator(".skeleton").first().waitFor();
      expect(await page.evaluate("document.getAnimations().length")).toBe(0);
    });
  });

  it("loads less than 60 KB of JavaScript for the first view, and for that of a series", async () => {
    const assets = join(dashboard.folder, "assets");
    const files = new Map<string, string>();
    for (const name of await readdir(assets))
      if (name.endsWith(".js")) files.set(name, await readFile(join(assets, name), "utf8"));
    /** The file and everything it needs before it can run. */
    const closure = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name)) return seen;
      seen.add(name);
      const imports = /(?:import|export)[^"';()]*?["']\.\/([^"']+\.js)["']/g;
      for (const [, next] of (files.get(name) ?? "").matchAll(imports)) closure(next, seen);
      return seen;
    };
    const index = [...files.keys()].filter((name) => name.startsWith("index-"));
    expect(index).toHaveLength(1);
    const sizeOf = (page: string) => {
      const entry = [...files.keys()].find((name) => name.startsWith(`${page}-page-`)) ?? "";
      const needed = new Set([...closure(index[0]), ...closure(entry)]);
      expect(needed.size).toBeGreaterThan(2);
      return [...needed].reduce((sum, name) => sum + gzipSync(files.get(name) ?? "").length, 0);
    };
    expect(sizeOf("overview")).toBeLessThan(30_000);
    expect(sizeOf("series")).toBeLessThan(60_000);
  });
});
