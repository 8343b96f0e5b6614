import { existsSync } from "node:fs";
import { request } from "node:http";
import { dirname } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { missing, type RunningServer, startServer } from "../../stack/index.mjs";

const running: RunningServer[] = [];
const started = async <T extends RunningServer>(server: Promise<T>): Promise<T> => {
  running.push(await server);
  return server;
};
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

const reachable = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

const withoutInflux = missing("influxdb");
describe.skipIf(withoutInflux)(`startServer("influxdb")${withoutInflux}`, () => {
  const write = (server: Awaited<ReturnType<typeof startServer<"influxdb">>>, line: string) =>
    fetch(`${server.url}/api/v2/write?${new URLSearchParams({ org: server.org, bucket: server.bucket })}`, {
      method: "POST",
      headers: { authorization: `Token ${server.token}` },
      body: line,
    });
  const read = async (server: Awaited<ReturnType<typeof startServer<"influxdb">>>) => {
    const answer = await fetch(`${server.url}/api/v2/query?${new URLSearchParams({ org: server.org })}`, {
      method: "POST",
      headers: {
        authorization: `Token ${server.token}`,
        "content-type": "application/vnd.flux",
        accept: "application/csv",
      },
      body: `from(bucket: "${server.bucket}") |> range(start: -1h) |> keep(columns: ["_value"])`,
    });
    expect(answer.status).toBe(200);
    // Version 1.8 leaves the name of the result to an annotation.
    return (await answer.text())
      .split("\r\n")
      .filter((row) => /^,(_result)?,\d/.test(row))
      .map((row) => row.split(",").at(-1));
  };

  it("takes points and gives them back by Flux, after a kill as well; nothing is left after stop", async () => {
    const server = await started(startServer("influxdb"));
    expect((await write(server, "cpu,host=a value=42")).status).toBe(204);
    expect(await read(server)).toEqual(["42"]);

    const [before] = [server.pid()];
    await server.kill();
    expect(await reachable(server.url)).toBe(false);
    await server.restart();
    expect(server.pid()).not.toBe(before);
    expect(await read(server)).toEqual(["42"]);

    await server.stop();
    expect(await reachable(server.url)).toBe(false);
    expect(existsSync(dirname(server.log))).toBe(false);
  });

  it("refuses a wrong token", async () => {
    const server = await started(startServer("influxdb", { token: "right" }));
    expect((await write({ ...server, token: "wrong" }, "cpu value=1")).status).toBe(401);
    expect((await write(server, "cpu value=1")).status).toBe(204);
  });
});

const withoutMlflow = missing("mlflow");
describe.skipIf(withoutMlflow)(`startServer("mlflow")${withoutMlflow}`, () => {
  it("keeps an artifact through its proxy, and refuses a request for another host", async () => {
    const { url } = await started(startServer("mlflow"));
    const artifact = `${url}/api/2.0/mlflow-artifacts/artifacts/0/run/artifacts/model.json`;
    expect((await fetch(artifact, { method: "PUT", body: "{}" })).status).toBe(200);
    expect(await (await fetch(artifact)).text()).toBe("{}");
    const found = await fetch(`${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default`);
    expect(await found.json()).toMatchObject({ experiment: { name: "Default" } });
    // MLflow takes the page of another site for an attack; fetch does not let a Host be chosen.
    const status = (host: string) =>
      new Promise((resolve, reject) => {
        const path = `${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default`;
        request(path, { headers: { host } }, (answer) => resolve(answer.resume().statusCode))
          .on("error", reject)
          .end();
      });
    expect(await status(new URL(url).host)).toBe(200);
    expect(await status("elsewhere.example")).toBe(403);
  });

  it("asks for a password", async () => {
    const admin = { username: "admin", password: "correct horse battery" };
    const { url } = await started(startServer("mlflow", { admin }));
    const list = (password: string) =>
      fetch(`${url}/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default`, {
        headers: { authorization: `Basic ${btoa(`admin:${password}`)}` },
      });
    expect((await list("wrong password")).status).toBe(401);
    expect((await list(admin.password)).status).toBe(200);
  });
});
