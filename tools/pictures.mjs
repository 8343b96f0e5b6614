// Takes the pictures of docs/guides/dashboard.md anew, of a service that has watched a made-up fleet for three days:
//
//   npm run build && node tools/pictures.mjs [overview series model accuracy what-if]
//
// Takes some five minutes. Needs Chromium, LOADCAST_CHROMIUM or /usr/bin/chromium.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pass } from "node:timers/promises";
import { chromium } from "playwright-core";
import { livePast } from "./pictures/past.mjs";
import { fail, root } from "./run.mjs";

const WATCHED = ["web-02", "queue-01"];
const HOSTS = 21;
const DAYS = 3;

/** @typedef {{ hash: string, height: number, ready: (page: import("playwright-core").Page) => Promise<unknown> }} Picture */

/** @type {Record<string, Picture>} */
const PICTURES = {
  overview: { hash: "#/", height: 690, ready: (page) => page.locator(".host-card").nth(3).waitFor() },
  series: {
    hash: "#/series/web-02/cpu_percent?past=1h",
    height: 960,
    ready: (page) => page.getByText("Forecast 1 h before").waitFor(),
  },
  model: { hash: "#/model/build-01/cpu_percent", height: 960, ready: (page) => page.locator(".model-words").waitFor() },
  accuracy: {
    hash: "#/accuracy/queue-01/cpu_percent?range=3d",
    height: 960,
    ready: (page) => page.locator(".time-lines svg").first().waitFor(),
  },
  "what-if": {
    hash: "#/what-if",
    height: 1000,
    async ready(page) {
      await page.getByRole("button", { name: "CPU, two days" }).click();
      await page.getByText(/values of “cpu_percent”/).waitFor();
      await page.getByRole("radio", { name: /^Several models/ }).check({ force: true });
      await page.getByRole("button", { name: "Forecast", exact: true }).click();
      await page.getByText(/found and fitted in/).waitFor({ timeout: 120_000 });
      await page.evaluate("scrollTo(0, 0)");
    },
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(PICTURES, name));
if (unknown.length > 0)
  fail(`no picture is called ${unknown.join(", ")}; there are ${Object.keys(PICTURES).join(", ")}.`);
const wanted = asked.length > 0 ? asked : Object.keys(PICTURES);

const data = mkdtempSync(join(tmpdir(), "loadcast-pictures-"));
/** @type {Awaited<ReturnType<typeof serve>> | undefined} */
let service;
/** @type {import("playwright-core").Browser | undefined} */
let browser;
try {
  if (wanted.some((name) => name !== "what-if")) {
    await livePast({ data, hosts: HOSTS, watched: WATCHED, days: DAYS, report: (words) => console.error(words) });
  }
  service = await serve(data);
  browser = await chromium.launch({
    executablePath: process.env.LOADCAST_CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
  });
  for (const name of wanted) await take(name, PICTURES[name], browser, service.address);
} finally {
  await browser?.close();
  service?.process.kill();
  await service?.ended;
  rmSync(data, { recursive: true, force: true });
}

/** @param {string} name @param {Picture} picture @param {import("playwright-core").Browser} browser @param {string} address */
async function take(name, { hash, height, ready }, browser, address) {
  const page = await browser.newPage({
    viewport: { width: 1400, height },
    colorScheme: "light",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  await page.goto(`${address}/${hash}`);
  await page.getByText("Live", { exact: true }).waitFor();
  await ready(page);
  await pass(500); // the last of what comes one after another
  await page.screenshot({ path: join(root, `docs/images/${name}.png`) });
  await page.close();
  console.error(`docs/images/${name}.png`);
}

/** The service as users run it, once it has made its first round of forecasts. @param {string} folder of its data */
async function serve(folder) {
  const config = join(folder, "pictures.yaml");
  writeFileSync(config, "sources: []\nintervals: { train: 1d }\n");
  const command = join(root, "packages/forecast-service/bin/loadcast.js");
  const child = spawn(
    process.execPath,
    [command, "serve", "--no-demo", "--port", "0", "--data", folder, "--config", config],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  let address;
  for await (const line of createInterface({ input: child.stdout })) {
    console.error(line);
    address = /http:\/\/[\d.:]+/.exec(line)?.[0];
    if (address) break;
  }
  if (!address) throw new Error("the service did not start (see above)");
  for (let round = null; round === null; await pass(500)) {
    const answer = await fetch(`${address}/api/v1/system`);
    const { jobs } = /** @type {{ jobs: { name: string, lastSeconds: number | null }[] }} */ (await answer.json());
    round = jobs.find((job) => job.name === "infer")?.lastSeconds ?? null;
  }
  return { process: child, ended, address };
}
