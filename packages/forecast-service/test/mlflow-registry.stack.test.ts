import { type ModelRegistry, memoryRegistry, mlflowRegistry } from "@loadcast/metrics-io";
import { autoEnsemble, forecast, fromJSON, sarima, toJSON } from "sarima-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { missing, startServer } from "../../../tools/stack/index.mjs";
import { silentLog } from "../src/log.js";
import { openModels } from "../src/sinks/mlflow.js";
import { virtualClock } from "./virtual-clock.js";

const SOON = { timeout: 120_000, interval: 200 };

const without = missing("mlflow");

/** A percentage with a daily cycle of 24 steps, noise that is the same in every run, and two gaps. */
const history = Array.from({ length: 24 * 12 }, (_, i) => {
  const noise = Math.sin(i * 12.9898) * 43_758.5453;
  return i === 40 || i === 41
    ? Number.NaN
    : 45 + 20 * Math.sin((2 * Math.PI * i) / 24) + 6 * (noise - Math.floor(noise));
});
const trained = () => ({
  "a SARIMA model": sarima(history, { order: [1, 0, 1], seasonal: [0, 1, 1, 24] }),
  "an ensemble": autoEnsemble(history, { periods: [24], lower: 0, upper: 100, horizon: 24 }),
});

describe.skipIf(without !== "")(`a model in MLflow${without}`, () => {
  let server: Awaited<ReturnType<typeof startServer<"mlflow">>>;
  beforeAll(async () => {
    server = await startServer("mlflow");
  });
  afterAll(() => server?.stop());

  it("loaded by its alias forecasts what it forecast when it was trained, to the last bit", async () => {
    const registries: ModelRegistry[] = [memoryRegistry(), mlflowRegistry({ url: server.url })];
    for (const [name, model] of Object.entries(trained())) {
      const document = JSON.stringify(toJSON(model));
      const expected = forecast(model, 24, { levels: [0.8, 0.95] });
      expect(expected.mean.every(Number.isFinite)).toBe(true);
      for (const registry of registries) {
        const { version } = await registry.register({
          model: `web-1/${name}`,
          key: "1",
          startedAt: 1,
          endedAt: 2,
          status: "finished",
          parameters: { kind: name },
          metrics: {},
          document,
        });
        await registry.setAlias(`web-1/${name}`, "champion", version);
        const loaded = await registry.load(`web-1/${name}`, "champion");
        expect(loaded?.document).toBe(document);
        const again = fromJSON(JSON.parse(loaded?.document ?? ""));
        expect(forecast(again, 24, { levels: [0.8, 0.95] })).toEqual(expected);
      }
    }
  });

  it("that is killed is named without anything to deliver, and is back as soon as it takes something", async () => {
    const config = { mlflow: { url: server.url, experiment: "killed", timeout: 15_000 } };
    const home = await openModels(config, memoryRegistry(), { clock: virtualClock(), log: silentLog });
    const state = async () => (await home.states())[0];
    await server.kill();
    home.watch(() => {});
    await vi.waitFor(async () => expect((await state()).lastError).toContain(new URL(server.url).host), SOON);
    expect(await state()).toMatchObject({ waiting: 0, delivered: 0 });

    // The clock stands still and nobody looks again: it is the delivery that tells.
    await server.restart();
    expect((await state()).lastError).not.toBeNull();
    const training = { model: "web-2/cpu_percent", key: "1", startedAt: 1, endedAt: 2, parameters: {}, metrics: {} };
    await home.registry.logRun({ ...training, status: "failed" });
    await vi.waitFor(async () => expect(await state()).toMatchObject({ delivered: 1, lastError: null }), SOON);
    home.stop();
    await home.registry.close();
  });
});
