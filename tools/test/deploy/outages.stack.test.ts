import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { startChain } from "../../stack/chain/start.mjs";
import { missing, type RunningServer } from "../../stack/index.mjs";
import { isRunning } from "../../stack/process.mjs";
import { hasten } from "./hasten.js";
import { availableAt, measuredAt, pastOf, startMeasuredHost } from "./measured-host.js";
import { type Stations, stationsOf } from "./stations.js";

const SOON = { timeout: 240_000, interval: 500 };
const HOST = "web-1";
const AVAILABLE = "node_memory_MemAvailable_bytes";
const TOTAL = "node_memory_MemTotal_bytes";

type Servers = Record<"prometheus" | "telegraf" | "influxdb" | "mlflow" | "loadcast", RunningServer>;

const without = missing("node-exporter", "prometheus", "influxdb", "telegraf", "mlflow");
describe.skipIf(without)(`The whole chain, with one server after the other away${without}`, () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-outages-"));
  let chain: Awaited<ReturnType<typeof startChain>>;
  let host: Awaited<ReturnType<typeof startMeasuredHost>>;
  let at: Stations;

  beforeAll(async () => {
    host = await startMeasuredHost(join(dir, HOST), 60);
    chain = await startChain({
      dir,
      only: ["prometheus", "influxdb", "telegraf", "mlflow", "loadcast"],
      // Trainings are those that this file asks for.
      loadcastEnv: { LOADCAST_INFER_INTERVAL: "5s", LOADCAST_TRAIN_INTERVAL: "30d" },
      whenHealthy: async (name, { urls, secrets }) => {
        if (name === "prometheus") hasten(join(dir, "config"));
        if (name === "influxdb") await writeToInfluxdb(pastOf(HOST, Date.now() - 60_000), urls, secrets);
      },
    });
    at = stationsOf({ urls: chain.urls as Record<string, string>, secrets: chain.secrets, host: HOST });
    // As docs say that a host is added.
    const target = [{ targets: [new URL(host.server.url).host], labels: { instance: HOST } }];
    writeFileSync(join(dir, "config/prometheus/targets/node-hosts.yml"), JSON.stringify(target));
    reload();
    await vi.waitFor(() => at.forecast(), SOON);
  });
  // One that fails leaves no server away to the others, nor to itself when it is repeated.
  afterEach(async () => {
    for (const server of [host.server, ...Object.values(chain.servers as Servers)]) {
      if (!isRunning(server.pid())) await server.restart();
    }
  });
  afterAll(async () => {
    await chain?.stop();
    await host?.server.stop();
    rmSync(dir, { recursive: true });
  });

  /** Prometheus was started before its configuration was hastened, and reads it again on SIGHUP. */
  function reload() {
    process.kill((chain.servers as Servers).prometheus.pid(), "SIGHUP");
  }

  /** Uses that much memory, and waits until a sample that says so is in Loadcast. Returns its time. */
  async function follow(percent: number): Promise<number> {
    const from = Date.now();
    host.use(percent);
    return vi.waitFor(async () => {
      const found = [...(await at.inLoadcast(from - 1000))].find(([, value]) => value === measuredAt(percent));
      if (!found) throw new Error(`${percent} % has not come to Loadcast`);
      return found[0];
    }, SOON);
  }

  /** Waits for a forecast that was made after a time, and returns it. */
  const forecastAfter = (time: number) =>
    vi.waitFor(async () => {
      const forecast = await at.forecast();
      expect(Date.parse(forecast.issuedAt)).toBeGreaterThan(time);
      return forecast;
    }, SOON);

  /** Loadcast goes on while another is away: its page answers, and it makes new forecasts with the same model. */
  async function expectForecastsToGoOn() {
    const before = await at.forecast();
    const after = await forecastAfter(Date.now());
    expect(after.modelVersion).toBe(before.modelVersion);
    expect(after.forecast).toHaveLength(48);
    expect(await at.metrics()).toMatch(new RegExp(`^loadcast_forecast\\{.*host="${HOST}".*\\} \\d`, "m"));
  }

  const expectAllWell = () => vi.waitFor(async () => expect(await at.ailing()).toEqual([]), SOON);

  const sink = async (name: string) => {
    const found = (await at.report()).sinks.find((one) => one.name === name);
    if (!found) throw new Error(`there is no sink ${name}`);
    return found;
  };

  /** What is in InfluxDB since a time is in Loadcast, sample by sample, by the arithmetic of memory in use. */
  async function expectSameInLoadcast(from: number) {
    await vi.waitFor(async () => {
      const [available, total] = [await at.inInfluxdb(AVAILABLE, from), await at.inInfluxdb(TOTAL, from)];
      const known = await at.inLoadcast(from - 1000);
      // The newest may be on its way.
      const times = [...available.keys()].filter((time) => total.has(time) && time < Date.now() - 5000);
      expect(times.length).toBeGreaterThan(0);
      const inUse = (time: number) => 100 * (1 - (available.get(time) as number) / (total.get(time) as number));
      expect(times.map((time) => [time, known.get(Math.floor(time / 1000) * 1000)])).toEqual(
        times.map((time) => [time, inUse(time)]),
      );
    }, SOON);
  }

  /** Every sample that Prometheus scraped in that time is in InfluxDB, and then in Loadcast. */
  async function expectNoHole(from: number, to: number) {
    await vi.waitFor(async () => {
      const scraped = [...(await at.inPrometheus(AVAILABLE))].filter(([time]) => time > from && time < to);
      expect(scraped.length).toBeGreaterThan(2);
      const carried = await at.inInfluxdb(AVAILABLE, from);
      expect(scraped.filter(([time, value]) => carried.get(time) !== value)).toEqual([]);
    }, SOON);
    await expectSameInLoadcast(from);
  }

  it("hands one sample on from station to station", async () => {
    host.use(62.5);
    const text = await (await fetch(`${host.server.url}/metrics`)).text();
    const told = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
    expect([told(AVAILABLE), told(TOTAL)]).toEqual([3e9, 8e9]);

    const time = await vi.waitFor(async () => {
      const found = [...(await at.inPrometheus(AVAILABLE))].find(([, value]) => value === 3e9);
      if (!found) throw new Error("not scraped yet");
      return found[0];
    }, SOON);
    expect((await at.inPrometheus(TOTAL)).get(time)).toBe(8e9);

    await vi.waitFor(async () => {
      expect((await at.inInfluxdb(AVAILABLE, time)).get(time)).toBe(3e9);
      expect((await at.inInfluxdb(TOTAL, time)).get(time)).toBe(8e9);
    }, SOON);

    await vi.waitFor(async () => {
      // 100 · (1 − 3/8)
      expect((await at.inLoadcast(time - 1000)).get(Math.floor(time / 1000) * 1000)).toBe(62.5);
    }, SOON);
  });

  it("brings the forecast made after it back to InfluxDB, /metrics and Prometheus, and its model to MLflow", async () => {
    await forecastAfter(Date.now());
    await vi.waitFor(async () => {
      const { forecast, modelVersion, issuedAt } = await at.forecast();
      const points = await at.forecastInInfluxdb(Date.parse(forecast[0].time));
      expect(Date.parse(forecast[47].time)).toBeGreaterThan(Date.now() + 3.5 * 3_600_000);
      for (const { time, median, intervals } of forecast) {
        const point = points.get(Date.parse(time)) ?? {};
        expect(Number(point.median), time).toBe(median);
        expect(Number(point.upper95)).toBe(intervals.find(({ level }) => level === 0.95)?.upper);
        expect(point.model_version).toBe(modelVersion);
        expect(Number(point.issued_at)).toBeGreaterThanOrEqual(Date.parse(issuedAt));
      }
    }, SOON);

    await vi.waitFor(async () => {
      const { forecast } = await at.forecast();
      const inAnHour = Date.now() + 3_600_000;
      const distance = ({ time }: { time: string }) => Math.abs(Date.parse(time) - inAnHour);
      const nearest = forecast.reduce((best, step) => (distance(step) < distance(best) ? step : best)).median;
      const gauge = `loadcast_forecast{host="${HOST}",metric="memory_percent",horizon="1h",estimate="median"}`;
      const line = (await at.metrics()).split("\n").find((text) => text.startsWith(gauge));
      expect(Number(line?.slice(gauge.length))).toBe(nearest);
      const [scraped] = await at.prometheus(gauge);
      expect(Number(scraped?.value[1])).toBe(nearest);
    }, SOON);

    await vi.waitFor(async () => {
      const { modelVersion } = await at.forecast();
      expect(modelVersion).toBe(`${at.id}@${await at.championInMlflow()}`);
      expect(await at.versionsInMlflow()).toEqual(await at.versions());
    }, SOON);
    await expectAllWell();
  });

  it("goes on without a node exporter, which Prometheus names", async () => {
    const up = async () => (await at.prometheus(`up{instance="${HOST}"}`))[0]?.value[1];
    expect(await up()).toBe("1");
    await host.server.kill();
    await vi.waitFor(async () => expect(await up()).toBe("0"), SOON);
    await expectForecastsToGoOn();
    await host.server.restart();
    await follow(61.25);
    expect(await up()).toBe("1");
  });

  it("goes on without Prometheus, whose absence Telegraf's health tells", async () => {
    const { prometheus } = chain.servers as Servers;
    const health = async () => (await fetch(chain.urls.telegraf as string)).status;
    await vi.waitFor(async () => expect(await health()).toBe(200), SOON);
    const scraped = await at.inPrometheus(AVAILABLE);
    await prometheus.kill();
    await vi.waitFor(async () => expect(await health()).toBe(503), SOON);
    await expectForecastsToGoOn();
    await prometheus.restart();
    await follow(62.75);
    await vi.waitFor(async () => expect(await health()).toBe(200), SOON);
    // What it had before the power cut it has still.
    const after = await at.inPrometheus(AVAILABLE);
    expect([...scraped].filter(([time, value]) => after.get(time) !== value)).toEqual([]);
  });

  it("goes on without Telegraf, for which Prometheus keeps what it scrapes", async () => {
    const { telegraf } = chain.servers as Servers;
    // As long as what it has is with InfluxDB, as it sees to when it is stopped.
    await telegraf.kill("SIGTERM");
    const beginning = Date.now();
    await expectForecastsToGoOn();
    host.use(60.5);
    await vi.waitFor(
      async () => expect([...(await at.inPrometheus(AVAILABLE)).values()]).toContain(availableAt(60.5)),
      SOON,
    );
    host.use(60.25);
    await vi.waitFor(
      async () => expect([...(await at.inPrometheus(AVAILABLE)).values()]).toContain(availableAt(60.25)),
      SOON,
    );
    expect([...(await at.inInfluxdb(AVAILABLE, beginning)).keys()]).toEqual([]);
    const until = Date.now();
    await telegraf.restart();
    await follow(60.5);
    await expectNoHole(beginning, until);
  });

  it("keeps samples and forecasts for an InfluxDB that is away, and itself may be killed meanwhile", async () => {
    const { influxdb, loadcast } = chain.servers as Servers;
    await expectAllWell();
    const before = await at.forecast();
    const past = await at.inLoadcast(Date.now() - 600_000);
    const beginning = Date.now();
    await influxdb.kill();
    await vi.waitFor(async () => {
      const ailing = (await at.ailing()).join("\n");
      for (const part of ["source linux", "source windows", "sink influxdb"])
        expect(ailing).toMatch(
          new RegExp(`^${part}: .*influxdb.*${new URL(chain.urls.influxdb as string).host}`, "im"),
        );
    }, SOON);
    // The rest of the way goes on, and Telegraf keeps what it cannot deliver.
    host.use(63.5);
    await vi.waitFor(
      async () => expect([...(await at.inPrometheus(AVAILABLE)).values()]).toContain(availableAt(63.5)),
      SOON,
    );
    await expectForecastsToGoOn();
    await vi.waitFor(async () => expect((await sink("influxdb")).waiting).toBeGreaterThan(1), SOON);

    const { waiting } = await sink("influxdb");
    await loadcast.kill();
    await loadcast.restart();
    // Its last forecast is there at once, and so is everything it had measured and everything that waits.
    const again = await vi.waitFor(() => at.forecast(), SOON);
    expect(again.modelVersion).toBe(before.modelVersion);
    expect(Date.parse(again.issuedAt)).toBeGreaterThanOrEqual(Date.parse(before.issuedAt));
    expect((await sink("influxdb")).waiting).toBeGreaterThanOrEqual(waiting);
    const kept = await at.inLoadcast(beginning - 600_000);
    expect([...past].filter(([time, value]) => time > beginning - 590_000 && kept.get(time) !== value)).toEqual([]);
    await expectForecastsToGoOn();

    const until = Date.now();
    await influxdb.restart();
    await vi.waitFor(async () => {
      const state = await sink("influxdb");
      expect(state.dropped).toBe(0);
      expect(state.delivered).toBeGreaterThan(waiting);
      expect(state.waiting).toBeLessThan(2);
    }, SOON);
    await vi.waitFor(async () => {
      const { forecast } = await at.forecast();
      const points = await at.forecastInInfluxdb(Date.parse(forecast[0].time));
      for (const { time, median } of forecast) expect(Number(points.get(Date.parse(time))?.median), time).toBe(median);
      expect(Number(points.get(Date.parse(forecast[47].time))?.issued_at)).toBeGreaterThan(until);
    }, SOON);

    // What Prometheus scraped meanwhile has come by way of Telegraf's buffer: no hole in InfluxDB, nor in Loadcast.
    await follow(61.5);
    await expectNoHole(beginning, until);
    expect([...(await at.inInfluxdb(AVAILABLE, beginning)).values()]).toContain(availableAt(63.5));
    await expectAllWell();
  });

  it("loses nothing when it is killed, and goes on with the same model", async () => {
    const { loadcast } = chain.servers as Servers;
    const beginning = Date.now();
    await follow(59.5);
    const [before, versions] = [await at.forecast(), await at.versions()];
    await loadcast.kill();
    // While it is away the others go on, and have for it what it missed.
    host.use(58.25);
    const missed = await vi.waitFor(async () => {
      const found = [...(await at.inInfluxdb(AVAILABLE, beginning))].find(([, value]) => value === availableAt(58.25));
      if (!found) throw new Error("not carried yet");
      return found[0];
    }, SOON);
    const back = Date.now();
    await loadcast.restart();
    const after = await forecastAfter(back);
    expect(after.modelVersion).toBe(before.modelVersion);
    await vi.waitFor(async () => {
      expect((await at.inLoadcast(missed - 1000)).get(Math.floor(missed / 1000) * 1000)).toBe(measuredAt(58.25));
    }, SOON);
    await expectSameInLoadcast(beginning);
    expect(await at.versions()).toEqual(versions);
    await expectAllWell();
  });

  it("trains without MLflow, which gets the training later", async () => {
    const { mlflow } = chain.servers as Servers;
    const versions = await at.versions();
    await vi.waitFor(async () => expect(await at.versionsInMlflow()).toEqual(versions), SOON);
    await mlflow.kill();
    // A late sample changes the past, so that there is something new to learn.
    const late = Date.now() - 480_000;
    await writeToInfluxdb(
      `prometheus,host=${HOST},job=node ${AVAILABLE}=2e9,${TOTAL}=8e9 ${late}`,
      chain.urls,
      chain.secrets,
    );
    await vi.waitFor(async () => expect([...(await at.inLoadcast(late - 1000)).values()]).toContain(75), SOON);
    const champion = (await at.forecast()).modelVersion;
    const { task } = (await at.loadcast(`/api/v1/series/${encodeURIComponent(at.id)}/train`, {
      method: "POST",
    })) as { task: string };
    const { modelVersion, gate } = await vi.waitFor(async () => {
      const { status, error, result } = (await at.loadcast(`/api/v1/tasks/${task}`)) as {
        status: string;
        error: unknown;
        result: { modelVersion: string; gate: { accepted: boolean } };
      };
      expect({ status, error }).toEqual({ status: "done", error: null });
      return result;
    }, SOON);
    const more = [...versions, versions.length + 1];
    expect(await at.versions()).toEqual(more);
    // The new model forecasts from now on if the gate let it.
    await vi.waitFor(
      async () => expect((await at.forecast()).modelVersion).toBe(gate.accepted ? modelVersion : champion),
      SOON,
    );
    await vi.waitFor(async () => {
      expect((await at.ailing()).join("\n")).toMatch(
        new RegExp(`^sink mlflow: .*mlflow.*${new URL(chain.urls.mlflow as string).host}`, "im"),
      );
    }, SOON);
    await expectForecastsToGoOn();
    expect((await sink("mlflow")).waiting).toBeGreaterThan(0);

    await mlflow.restart();
    await vi.waitFor(async () => {
      expect(await at.versionsInMlflow()).toEqual(more);
      expect(await sink("mlflow")).toMatchObject({ waiting: 0, dropped: 0, lastError: null });
    }, SOON);
    expect((await at.forecast()).modelVersion).toBe(`${at.id}@${await at.championInMlflow()}`);
    await expectAllWell();
  });
});

/** Lines of InfluxDB's protocol, with times in milliseconds. */
async function writeToInfluxdb(lines: string, urls: Readonly<Record<string, string>>, secrets: Record<string, string>) {
  const parameters = new URLSearchParams({ org: "loadcast", bucket: "metrics", precision: "ms" });
  const answer = await fetch(`${urls.influxdb}/api/v2/write?${parameters}`, {
    method: "POST",
    headers: { authorization: `Token ${secrets.influxdb_token}` },
    body: lines,
  });
  expect(answer.status, await answer.text()).toBe(204);
}
