import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as core from "../../src/index.js";
import { bundle, CEILING } from "./bundle.js";
import { program } from "./program.js";

const executablePath = process.env.LOADCAST_CHROMIUM ?? "/usr/bin/chromium";
const installed = existsSync(executablePath);

/**
 * Engines differ in the last digit of exp and log. A likelihood keeps that; a search ends a little elsewhere on a flat
 * optimum, and second differences of the likelihood magnify it.
 */
const TOLERANCE = { likelihood: 1e-13, errors: 1e-4 };

describe("browser bundle", () => {
  it("holds nothing of Node, and is below its ceiling", async () => {
    const { code, gzipped } = await bundle();
    expect(code).not.toMatch(/\b(?:from|import)\s*\(?["'](?:node:|fs|path|crypto)/);
    expect(code).not.toMatch(/\b(?:process|Buffer|require|__dirname)\b\s*[.(]/);
    expect(gzipped).toBeLessThanOrEqual(CEILING.whole);
  });

  it("drops what is not imported", async () => {
    const { gzipped } = await bundle(["sarima", "forecast"]);
    expect(gzipped).toBeLessThanOrEqual(CEILING.fitAndForecast);
  });
});

describe.skipIf(!installed)(`in Chromium${installed ? "" : ` (skipped: there is no ${executablePath})`}`, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    });
  });
  afterAll(() => browser?.close());

  it("gives the same numbers as in Node", async () => {
    const { code } = await bundle();
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(error.message));
    await page.route("**/*", (route) => {
      const path = new URL(route.request().url()).pathname;
      if (path === "/sarima-core.js") return route.fulfill({ contentType: "text/javascript", body: code });
      return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>sarima-core</title>" });
    });
    await page.goto("http://sarima-core.test/");
    const theirs = (await page.evaluate(
      `import("/sarima-core.js").then((core) => (${program.toString()})(core))`,
    )) as ReturnType<typeof program>;
    await page.close();
    expect(failures).toEqual([]);

    const ours = program(core);
    const numbers = (value: ReturnType<typeof program>) =>
      Object.entries(value).flatMap(([name, list]) =>
        typeof list === "string" ? [] : list.map((x) => [name, x] as const),
      );
    const expected = numbers(ours);
    const actual = numbers(theirs);
    expect(actual.length).toBe(expected.length);
    expect(expected.filter(([, x]) => Number.isFinite(x)).length).toBeGreaterThan(600);
    expected.forEach(([name, x], i) => {
      const tolerance = TOLERANCE[name as keyof typeof TOLERANCE] ?? 1e-6;
      const [, y] = actual[i];
      if (Number.isNaN(x)) expect(y).toBeNaN();
      else if (!(Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x))))
        expect.fail(`${name}: ${y} in the browser, ${x} in Node`);
    });
    expect(theirs.summary).toBe(ours.summary);
  });
});
