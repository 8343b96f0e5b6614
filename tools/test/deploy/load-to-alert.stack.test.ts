import { mkdtempSync, rmSync } from "node:fs";
import { cpus, freemem, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { mlflowName } from "@loadcast/metrics-io";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startChain } from "../../stack/chain/start.mjs";
import { missing } from "../../stack/index.mjs";
import { type Browser, openBrowser, withoutBrowser } from "./browser.js";
import { hasten, hastenAlerts, setMemoryThreshold } from "./hasten.js";
import { type MachineLoad, machineLoad, memoryInUse } from "./machine-load.js";
import { pastOfMachine } from "./past-of-machine.js";
import { type ApiForecast, type Stations, stationsOf } from "./stations.js";

/** As prometheus.yml calls this machine. */
const HOST = "this-host";
const MEMORY = `${HOST}/memory_percent`;
const CPU = `${HOST}/cpu_percent`;
const AVAILABLE = "node_memory_MemAvailable_bytes";
const TOTAL = "node_memory_MemTotal_bytes";
const GRID = 300_000;
const SOON = { timeout: 240_000, interval: 500 };

/** In per cent of the memory: how far it climbs above the level that it had, what is foreseen, and by how much it passes that. */
const CLIMB = 7;
const THRESHOLD = 9;
const PASSED = 1;
/** Is held from the beginning: as the servers and others take memory and give it back, less or more is, so that the level stays. */
const HELD = Math.min(20, (100 * 3 * 2 ** 30) / totalmem());
/** A climb that begins later than this before a five-minute value is complete would hardly show in it. */
const ENOUGH = 75_000;
const BURN_SECONDS = 30;

/** A container may have less than the machine that it counts in. */
const free = Math.min(freemem(), process.constrainedMemory() || Infinity);
const room = memoryInUse() + HELD + THRESHOLD + 6 < 60 && free > 1.5 * ((HELD + THRESHOLD) / 100) * totalmem();
const without =
  missing("node-exporter", "prometheus", "influxdb", "telegraf", "mlflow") ||
  withoutBrowser ||
  (process.platform === "linux" ? "" : " (skipped, it reads /proc)") ||
  (room ? "" : " (skipped, too little memory is free)");

describe.skipIf(without)(`A load on this machine, from node exporter to an alert${without}`, () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-load-"));
  let chain: Awaited<ReturnType<typeof startChain>>;
  let at: Stations;
  let load: MachineLoad;
  let browser: Browser;
  let level = 0;
  let threshold = 0;
  let before: ApiForecast;
  let began = 0;
  let burn: Promise<number>;

  beforeAll(async () => {
    load = machineLoad();
    level = memoryInUse() + HELD;
    threshold = Math.ceil(level + THRESHOLD);
    load.climbTo(level, 1);
    await vi.waitFor(() => expect(memoryInUse()).toBeGreaterThan(level - 0.5), SOON);
    // There the past ends that is made up, and that begins which is measured.
    const start = Date.now();
    chain = await startChain({
      dir,
      only: ["node-exporter", "prometheus", "influxdb", "telegraf", "mlflow", "loadcast"],
      loadcastEnv: { LOADCAST_INFER_INTERVAL: "5s", LOADCAST_TRAIN_INTERVAL: "30d" },
      whenHealthy: async (name, { urls, secrets }) => {
        if (name === "node-exporter") {
          hasten(join(dir, "config"));
          hastenAlerts(join(dir, "config"));
          setMemoryThreshold(join(dir, "config"), threshold);
        }
        if (name === "influxdb") await writePast({ until: start, percent: level }, urls, secrets);
      },
    });
    at = stationsOf({ urls: chain.urls as Record<string, string>, secrets: chain.secrets, host: HOST });
    browser = await openBrowser();
    before = await vi.waitFor(() => at.forecast(), SOON);
    await signIn();

    const left = GRID - (Date.now() % GRID);
    if (left < ENOUGH) {
      const next = Date.now() + left;
      await sleep(left);
      before = await vi.waitFor(() => forecastFrom(next), SOON);
    }
    began = Date.now();
    load.climbTo(level + CLIMB, 12);
    burn = load.burn(BURN_SECONDS);
  }, 420_000);
  afterAll(async () => {
    await load?.stop();
    await browser?.close();
    await chain?.stop();
    rmSync(dir, { recursive: true });
  });

  const url = (name: "node-exporter" | "prometheus" | "mlflow" | "loadcast") => chain.urls[name] as string;

  /** The forecast, if all was known up to that time when it was made. */
  async function forecastFrom(time: number): Promise<ApiForecast> {
    const forecast = await at.forecast();
    expect(Date.parse(forecast.forecast[0].time)).toBeGreaterThanOrEqual(time);
    return forecast;
  }

  async function signIn() {
    await browser.look(`${url("loadcast")}/login`, "login", async (page) => {
      await page.getByLabel("Token").fill(chain.secrets.loadcast_token);
      await page.getByRole("button", { name: "Log in" }).click();
      await page.getByRole("heading", { name: "Overview" }).waitFor();
    });
  }

  it("is nowhere foreseen before it begins", async () => {
    expect(highest(before)).toBeLessThan(threshold);
    expect(await at.prometheus(`ALERTS{alertname=~"LoadcastThreshold.*",metric="memory_percent"}`)).toEqual([]);
  });

  it("shows in node exporter", async () => {
    await vi.waitFor(async () => {
      const text = await (await fetch(`${url("node-exporter")}/metrics`)).text();
      const told = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
      expect(100 * (1 - told(AVAILABLE) / told(TOTAL))).toBeGreaterThan(level + CLIMB - 1);
    }, SOON);
  });

  it("shows in Prometheus, in InfluxDB and in Loadcast, as the same numbers", async () => {
    const time = await vi.waitFor(async () => {
      const [available, total] = [await at.inInfluxdb(AVAILABLE, began), await at.inInfluxdb(TOTAL, began)];
      const found = [...available].find(
        ([time, value]) => 100 * (1 - value / (total.get(time) ?? 0)) > level + CLIMB - 1,
      );
      if (!found) throw new Error("the climb has not come to InfluxDB");
      const [time, value] = found;
      const scraped = [await at.inPrometheus(AVAILABLE), await at.inPrometheus(TOTAL)].map((one) => one.get(time));
      expect(scraped).toEqual([value, total.get(time)]);
      const inLoadcast = (await at.inLoadcast(began - 1000)).get(Math.floor(time / 1000) * 1000);
      expect(inLoadcast).toBeCloseTo(100 * (1 - value / (total.get(time) as number)), 9);
      return time;
    }, SOON);
    expect(time).toBeGreaterThan(began);
  });

  it("shows with its processor time in each of them, none of which is lost", async () => {
    const burnt = await burn;
    const until = Date.now();
    expect(burnt).toBeGreaterThan(0);
    const share = (100 * burnt) / (((until - began) / 1000) * cpus().length);

    await vi.waitFor(async () => {
      // As long as the burning took, from then on.
      const seconds = Math.ceil((until - began) / 1000);
      const busy = `${cpus().length} * ${seconds} - sum(increase(node_cpu_seconds_total{mode="idle",instance="${HOST}"}[${seconds}s] @ ${until / 1000}))`;
      const [sample] = await at.prometheus(busy);
      expect(Number(sample?.value[1])).toBeGreaterThan(0.8 * burnt);

      const idle = await at.influxdb(`from(bucket: "metrics") |> range(start: ${iso(began)}, stop: ${iso(until)})
        |> filter(fn: (r) => r._measurement == "prometheus" and r.host == "${HOST}" and r._field == "node_cpu_seconds_total")
        |> derivative(unit: 1s) |> group() |> mean() |> keep(columns: ["_value"])`);
      expect(100 * (1 - Number(idle[0]?._value))).toBeGreaterThan(0.8 * share);

      const query = new URLSearchParams({ from: iso(began), to: iso(until), step: "1" });
      const { points } = (await at.loadcast(`/api/v1/series/${encodeURIComponent(CPU)}/history?${query}`)) as {
        points: { value: number | null }[];
      };
      const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
      expect(Math.max(...values)).toBeGreaterThan(0.8 * share);
    }, SOON);
  });

  it("shows on the dashboard, among all hosts and on the page of its series", async () => {
    await browser.look(`${url("loadcast")}/#/`, "overview-under-load", async (page) => {
      const tile = page.getByRole("article", { name: HOST }).getByRole("region", { name: `Memory of ${HOST}` });
      await expectPercent(page, () => tile.textContent(), /Now\s*([\d.]+)/);
    });
    await browser.look(`${url("loadcast")}/#/series/${MEMORY}`, "series-under-load", (page) =>
      expectPercent(page, () => page.getByRole("main").textContent(), /Now\s*([\d.]+)/),
    );
  });

  /** The page, which follows by itself, comes to show more than that: by default, memory in use as it is under the load. */
  const expectPercent = (page: Page, read: () => Promise<string | null>, value: RegExp, above = level + CLIMB - 1) =>
    vi.waitFor(async () => {
      const text = (await read()) ?? "";
      expect(Number(value.exec(text)?.[1]), text || (await page.content())).toBeGreaterThan(above);
    }, SOON);

  it("comes from a host whose training and model are on MLflow's own page", async () => {
    await vi.waitFor(async () => expect(await at.versionsInMlflow()).toEqual(await at.versions()), SOON);
    const champion = await vi.waitFor(() => at.championInMlflow(), SOON);
    await browser.look(
      `${url("mlflow")}/#/models/${encodeURIComponent(mlflowName(MEMORY))}`,
      "mlflow-model",
      async (page) => {
        page.setDefaultTimeout(120_000);
        await page.getByText("champion").first().waitFor();
        await page.getByRole("link", { name: `Version ${champion}`, exact: true }).click();
        // The version leads to the run that made it.
        await page.getByRole("link", { name: MEMORY, exact: true }).click();
        await page.getByText("Finished").waitFor();
        const text = await page.locator("body").textContent();
        for (const word of ["pinball", "ensemble", "data.hash"]) expect(text).toContain(word);
        // And has a picture, which can be seen.
        await page.getByRole("tab", { name: "Artifacts" }).click();
        await page.getByText("forecast.svg").first().click();
        await page.getByRole("img", { name: "forecast.svg" }).waitFor();
      },
    );
  });

  it("moves the next forecast, which foresees that it passes the threshold", async () => {
    // From the end of the first five minutes of which some were under the load.
    const next = Math.ceil(began / GRID) * GRID;
    await sleep(Math.max(0, next - Date.now()));
    await vi.waitFor(async () => {
      const after = await forecastFrom(next);
      expect(after.modelVersion).toBe(before.modelVersion);
      expect(after.forecast[0].median).toBeGreaterThan(before.forecast[0].median + CLIMB / 3);
      expect(highest(after)).toBeGreaterThan(threshold);
    }, SOON);
    expect(memoryInUse()).toBeLessThan(threshold);

    await browser.look(`${url("loadcast")}/#/series/${MEMORY}`, "series-foresees", async (page) => {
      await page.getByText(`Reaches ${threshold} %`).waitFor();
      await expectPercent(page, () => page.getByRole("main").textContent(), /Peak ahead\s*([\d.]+)/, threshold);
    });
  }, 600_000);

  it("is an alert in Prometheus before the threshold is passed, and then passes it", async () => {
    const firing = `ALERTS{alertname="LoadcastThresholdPredicted",alertstate="firing",host="${HOST}",metric="memory_percent"}`;
    const alert = await vi.waitFor(async () => {
      const [found] = await at.prometheus(firing);
      if (!found) throw new Error("the alert does not fire yet");
      return found;
    }, SOON);
    expect(alert.metric).toMatchObject({ threshold: String(threshold), severity: "warning" });
    expect(memoryInUse()).toBeLessThan(threshold);

    await browser.look(`${url("prometheus")}${await alertsPage()}`, "alert", async (page) => {
      await page.getByText("LoadcastThresholdPredicted").first().click();
      // What a row unfolds is also there in the older pages, and only then in the newer.
      await page.getByText(`will pass ${threshold}`).first().waitFor({ state: "attached" });
      const text = await page.locator("body").textContent();
      expect(text).toContain(`memory_percent of ${HOST} will pass ${threshold}`);
      expect(text).toMatch(/firing/i);
    });

    // What was foreseen comes.
    load.climbTo(threshold + PASSED, 10);
    await vi.waitFor(async () => {
      const [used] = await at.prometheus(`100 * (1 - ${AVAILABLE}{instance="${HOST}"} / ${TOTAL})`);
      expect(Number(used?.value[1])).toBeGreaterThan(threshold);
    }, SOON);
  });

  /** Debian builds Prometheus with its older pages alone; others have only the newer. */
  async function alertsPage() {
    const { status } = await fetch(`${url("prometheus")}/classic/alerts`);
    return status === 200 ? "/classic/alerts" : "/alerts";
  }
});

async function writePast(
  end: { readonly until: number; readonly percent: number },
  urls: Readonly<Partial<Record<string, string>>>,
  secrets: Readonly<Record<string, string>>,
) {
  const past = pastOfMachine({
    ...end,
    host: HOST,
    // 77 values of five minutes or 78: with a few less, as whole hours gave now and then, there is nothing to judge a model by.
    hours: 6.5,
    total: totalmem(),
    processors: cpus().length,
  });
  const parameters = new URLSearchParams({ org: "loadcast", bucket: "metrics", precision: "ms" });
  const answer = await fetch(`${urls.influxdb}/api/v2/write?${parameters}`, {
    method: "POST",
    headers: { authorization: `Token ${secrets.influxdb_token}` },
    body: past,
  });
  expect(answer.status, await answer.text()).toBe(204);
}

const highest = ({ forecast }: ApiForecast) => Math.max(...forecast.map(({ median }) => median));
const iso = (time: number) => new Date(time).toISOString();
