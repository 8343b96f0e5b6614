import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { root } from "../../run.mjs";
import { missing, startServer } from "../../stack/index.mjs";
import { compose } from "../../stack/install/compose.mjs";

interface Service {
  image: string;
  user?: string;
  read_only?: boolean;
  restart?: string;
  cap_drop?: string[];
  cap_add?: string[];
  privileged?: boolean;
  security_opt?: string[];
  profiles?: string[];
  healthcheck?: { test?: string[]; disable?: boolean };
  depends_on?: Record<string, { condition: string; required?: boolean }>;
  environment?: Record<string, string>;
  command?: string[];
  ports?: { host_ip: string; published: string; target: number }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  tmpfs?: string[];
  secrets?: { source: string }[];
}

const without = missing("compose");
describe.skipIf(without)(`deploy/compose.yaml as Compose loads it${without}`, () => {
  let folder = "";
  beforeEach(() => {
    // A copy, so that nobody's own .env takes part.
    folder = mkdtempSync(join(tmpdir(), "loadcast-compose-"));
    mkdirSync(join(folder, "deploy"));
    cpSync(join(root, "deploy"), join(folder, "deploy"), {
      recursive: true,
      filter: (path) => !/[\\/](\.env|secrets)$/.test(path),
    });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function load(settings = "") {
    writeFileSync(join(folder, "deploy/.env"), settings);
    const { status, stdout, stderr } = spawnSync(compose() as string, ["compose.yaml"], {
      cwd: join(folder, "deploy"),
      encoding: "utf8",
      env: { PATH: process.env.PATH },
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
    return JSON.parse(stdout) as { services: Record<string, Service>; volumes: Record<string, unknown> };
  }

  it("has every service of the stack, workers and their queue in the profile scale", () => {
    const { services } = load();
    const scale = Object.keys(services).filter((name) => services[name].profiles?.includes("scale"));
    expect(scale.sort()).toEqual(["valkey", "worker"]);
    expect(
      Object.keys(services)
        .filter((name) => !scale.includes(name))
        .sort(),
    ).toEqual(["grafana", "influxdb", "loadcast", "mlflow", "node-exporter", "prometheus", "telegraf"]);
  });

  it("gives no service more rights than it needs", () => {
    for (const [name, service] of Object.entries(load().services)) {
      expect(service, name).toMatchObject({ read_only: true, restart: "unless-stopped", cap_drop: ["ALL"] });
      expect(service.security_opt, name).toContain("no-new-privileges:true");
      expect(service.cap_add ?? [], name).toEqual([]);
      expect(service.privileged ?? false, name).toBe(false);
      expect(service.user, name).toMatch(/^[1-9]\d*:\d+$/);
      expect(service.image, name).toMatch(/:v?\d+\.\d+\.\d+(-alpine)?$/);
      // Secrets go by file: no variable holds one.
      for (const [variable, value] of Object.entries(service.environment ?? {}))
        if (/PASSWORD|TOKEN|SECRET/.test(variable)) expect(value, `${name} ${variable}`).toMatch(/^\/run\/secrets\//);
    }
  });

  it("offers ports on this machine alone unless told otherwise", () => {
    const addresses = (settings?: string) =>
      Object.values(load(settings).services).flatMap(({ ports = [] }) => ports.map(({ host_ip }) => host_ip));
    expect(new Set(addresses())).toEqual(new Set(["127.0.0.1"]));
    expect(new Set(addresses("LISTEN=0.0.0.0"))).toEqual(new Set(["0.0.0.0"]));
    expect(load("GRAFANA_PORT=3333").services.grafana.ports).toEqual([
      expect.objectContaining({ published: "3333", target: 3000 }),
    ]);
  });

  it("starts services when those they need are healthy, in an order without a circle", () => {
    const { services } = load();
    const checked = Object.keys(services).filter((name) => services[name].healthcheck?.test);
    expect(checked.sort()).toEqual(
      Object.keys(services)
        .filter((name) => name !== "worker")
        .sort(),
    );
    const begun = new Set<string>();
    for (let round = 0; begun.size < Object.keys(services).length; round++) {
      expect(round, `${[...begun]} start, the others wait for one another`).toBeLessThan(10);
      for (const [name, { depends_on = {} }] of Object.entries(services)) {
        for (const [other, { condition }] of Object.entries(depends_on)) {
          expect(condition).toBe("service_healthy");
          expect(checked).toContain(other);
        }
        if (Object.keys(depends_on).every((other) => begun.has(other))) begun.add(name);
      }
    }
  });

  it("has Loadcast wait for its queue only where there is one", () => {
    expect(load().services.loadcast.depends_on?.valkey).toMatchObject({ required: false });
  });

  it("leaves no nameless volumes behind: what images keep data in is named, or gone with the container", () => {
    const { services } = load();
    // What the Dockerfiles and the official images call VOLUME.
    for (const [name, ...folders] of [
      ["prometheus", "/prometheus"],
      ["influxdb", "/var/lib/influxdb2", "/etc/influxdb2"],
      ["mlflow", "/mlflow"],
      ["loadcast", "/data"],
      ["worker", "/data"],
    ]) {
      const { volumes = [], tmpfs = [] } = services[name];
      const held = [...volumes.filter(({ type }) => type === "volume").map(({ target }) => target), ...tmpfs];
      expect(held, name).toEqual(expect.arrayContaining(folders));
    }
  });

  it("lets Grafana keep the plugins of its image, which it cannot replace in a read-only one", () => {
    expect(load().services.grafana).toMatchObject({
      read_only: true,
      environment: { GF_PLUGINS_PREINSTALL_AUTO_UPDATE: "false", GF_PLUGINS_PREINSTALL_DISABLED: "true" },
    });
  });

  it("measures of this machine nothing that is the container's own", () => {
    const exporter = load().services["node-exporter"];
    expect(exporter).toMatchObject({ pid: "host" });
    expect(exporter.command).not.toContain("--collector.netdev");
  });

  it("mounts files that exist, read-only, and writes to named volumes alone", () => {
    const { services, volumes } = load();
    const used = new Set<string>();
    for (const [name, service] of Object.entries(services))
      for (const { type, source, target, read_only } of service.volumes ?? []) {
        if (type === "volume") used.add(source);
        else {
          expect(read_only, `${name} ${target}`).toBe(true);
          expect(existsSync(source), `${name} ${source}`).toBe(true);
        }
      }
    expect([...used].sort()).toEqual(Object.keys(volumes).sort());
  });

  const hosts = "MLFLOW_HOSTS=mlflow.example.net:*\nMLFLOW_ORIGINS=https://mlflow.example.net:*\n";
  const namesOf = ({ environment = {} }: Service) => ({
    MLFLOW_SERVER_ALLOWED_HOSTS: environment.MLFLOW_SERVER_ALLOWED_HOSTS,
    MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: environment.MLFLOW_SERVER_CORS_ALLOWED_ORIGINS,
  });

  it("lets browsers reach MLflow under further names", () => {
    expect(namesOf(load().services.mlflow)).toEqual({
      MLFLOW_SERVER_ALLOWED_HOSTS: "mlflow:5000,localhost:*,127.0.0.1:*",
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "",
    });
    expect(namesOf(load(hosts).services.mlflow)).toEqual({
      MLFLOW_SERVER_ALLOWED_HOSTS: "mlflow:5000,localhost:*,127.0.0.1:*,mlflow.example.net:*",
      MLFLOW_SERVER_CORS_ALLOWED_ORIGINS: "https://mlflow.example.net:*",
    });
  });

  const withoutMlflow = missing("mlflow");
  it.skipIf(withoutMlflow)(`and MLflow works under those names, and no others${withoutMlflow}`, async () => {
    const server = await startServer("mlflow", { env: namesOf(load(hosts).services.mlflow) });
    try {
      // As its page does, which asks by POST.
      const ask = (origin: string) =>
        new Promise<number | undefined>((resolve, reject) => {
          const headers = { host: new URL(origin).host, origin, "content-type": "application/json" };
          const asked = request(`${server.url}/ajax-api/2.0/mlflow/runs/search`, { method: "POST", headers });
          asked.on("response", (answer) => resolve(answer.resume().statusCode)).on("error", reject);
          asked.end(JSON.stringify({ experiment_ids: ["0"] }));
        });
      expect(await ask("https://mlflow.example.net:5000")).toBe(200);
      expect(await ask("http://localhost:5000")).toBe(200);
      expect(await ask("https://other.example.net:5000")).toBe(403);
    } finally {
      await server.stop();
    }
  });
});
