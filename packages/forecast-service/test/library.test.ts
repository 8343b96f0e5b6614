import { memoryRegistry } from "@loadcast/metrics-io";
import { afterEach, describe, expect, it } from "vitest";
import { STEP_MILLIS } from "../src/settings.js";
import { ID, type Watched, watched } from "./watched-service.js";

let one: Watched;
afterEach(() => one.service.stop());

/** Trains a version on what is known some steps later. */
async function train(steps = 1): Promise<number> {
  await one.clock.advance(steps * STEP_MILLIS);
  await one.fill();
  return (await one.service.cycle.train({ id: ID })).version;
}

describe("the library", () => {
  it("promotes and rolls back, and forecasts follow at once", { timeout: 60_000 }, async () => {
    one = await watched(60);
    // All are too short a history to be compared: each takes the place of the one before.
    await train();
    await train();
    const { library, cycle, catalogue } = one.service;
    await cycle.inferAll();
    expect((await catalogue.forecast(ID)).modelVersion).toBe(`${ID}@2`);

    expect(await library.setAlias(ID, "champion", { version: 1 })).toEqual({
      name: ID,
      alias: "champion",
      version: 1,
      previous: 2,
    });
    await cycle.inferAll();
    expect((await catalogue.forecast(ID)).modelVersion).toBe(`${ID}@1`);
    expect(await library.setAlias(ID, "champion", { rollback: true })).toEqual({
      name: ID,
      alias: "champion",
      version: 2,
      previous: 1,
    });
    await cycle.inferAll();
    expect((await catalogue.forecast(ID)).modelVersion).toBe(`${ID}@2`);
    expect((await library.list({ limit: 10 })).models).toEqual([
      expect.objectContaining({ name: ID, champion: 2, challenger: 1, latest: 2 }),
    ]);
    expect(one.events.filter(({ type }) => type === "alias")).toContainEqual({
      type: "alias",
      series: ID,
      alias: "champion",
      version: 1,
    });
  });

  it("shows versions page by page, with gate, members and residuals", { timeout: 60_000 }, async () => {
    one = await watched(400);
    for (let i = 0; i < 3; i++) await train(4);
    const { library } = one.service;
    const first = await library.versions(ID, { limit: 2 });
    expect(first.versions.map(({ version }) => version)).toEqual([3, 2]);
    expect(first.next).toBe(2);
    const rest = await library.versions(ID, { limit: 2, before: 2 });
    expect(rest.versions.map(({ version }) => version)).toEqual([1]);
    expect(rest.next).toBeNull();
    const [oldest] = rest.versions;
    expect(oldest).toMatchObject({ kind: "ensemble", modelVersion: `${ID}@1`, values: 404 - 96, logLik: null });
    expect(oldest.gate?.scores.map(({ name }) => name)).toContain("naive");
    expect(oldest.gate?.reason).toMatch(/first model/);
    expect(Date.parse(oldest.to ?? "") - Date.parse(oldest.from ?? "")).toBe(oldest.values * STEP_MILLIS);
    // The second was judged against the first.
    expect(first.versions[1].gate?.scores.map(({ name }) => name)).toContain("champion");

    const detail = await library.detail(ID, "champion");
    expect(detail.members.length).toBeGreaterThan(3);
    expect(detail.members.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 9);
    expect(detail.members.map(({ weight }) => weight)).toEqual(
      detail.members.map(({ weight }) => weight).sort((a, b) => b - a),
    );
    // Members of exact likelihood say how well they fit and how sure their coefficients are; the others have no likelihood.
    const likely = detail.members.filter(({ name }) => name.startsWith("SARIMA"));
    expect(likely.length).toBeGreaterThan(0);
    for (const { logLik, aic, parameters, sigma2 } of likely) {
      expect(aic).toBeCloseTo(2 * (parameters.length + 1) - 2 * (logLik ?? Number.NaN), 6);
      expect(sigma2).toBeGreaterThan(0);
    }
    const errors = likely.flatMap(({ parameters }) => parameters.map(({ standardError }) => standardError));
    expect(errors.every((error) => error === null || error > 0)).toBe(true);
    const others = detail.members.filter((member) => !likely.includes(member));
    expect(others.every(({ logLik }) => logLik === null)).toBe(true);
    // From lag 1 on: at lag 0 it would be 1.
    expect(Math.max(...(detail.residuals?.acf ?? [1]))).toBeLessThan(0.9);
    expect(detail.residuals?.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(detail.residuals?.count);
  });

  it("shows the orders that a single model's search tried", { timeout: 60_000 }, async () => {
    one = await watched(200, { env: { LOADCAST_TRAINING_MODEL: "sarima" } });
    await train();
    const detail = await one.service.library.detail(ID, 1);
    expect(detail).toMatchObject({ kind: "sarima", version: 1 });
    expect(detail.aicc).toBeTypeOf("number");
    expect(detail.members).toHaveLength(1);
    expect(detail.members[0].parameters.every(({ standardError }) => standardError === null || standardError > 0)).toBe(
      true,
    );
    const [p, d, q] = detail.members[0].order ?? [];
    expect(detail.tried.length).toBeGreaterThan(3);
    const best = detail.tried.filter(({ criterion }) => criterion !== null);
    expect(best.some(({ order }) => order.join() === [p, d, q].join())).toBe(true);
  });

  it("keeps the champion, what a rollback goes to, and the last few", { timeout: 120_000 }, async () => {
    const registry = memoryRegistry();
    one = await watched(60, { registry });
    for (let i = 0; i < 10; i++) await train();
    expect((await registry.versions(ID)).map(({ version }) => version)).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect((await one.service.tidy(new AbortController().signal)).models).toEqual({ runs: 0, versions: 6 });
    // 60 to 70 values: none is judged, each goes live after the other.
    expect((await registry.versions(ID)).map(({ version }) => version)).toEqual([10, 9, 8, 7]);
    await one.service.library.setAlias(ID, "champion", { version: 7 });
    for (let i = 0; i < 6; i++) await one.service.library.setAlias(ID, "challenger", { version: 10 });
    await one.service.tidy(new AbortController().signal);
    const kept = (await registry.versions(ID)).map(({ version }) => version);
    expect(kept).toContain(7);
    // The same values make no other version.
    const again = await one.service.cycle.train({ id: ID });
    expect(again.version).toBe(10);
    expect((await registry.versions(ID)).map(({ version }) => version)).toEqual(kept);
  });

  it("names what there is not", { timeout: 60_000 }, async () => {
    one = await watched(60);
    const { library } = one.service;
    await expect(library.detail(ID, 1)).rejects.toMatchObject({ code: "UNKNOWN_MODEL", exitCode: 2 });
    await train();
    await expect(library.detail(ID, "latest")).rejects.toMatchObject({ code: "UNKNOWN_VERSION" });
    await expect(library.detail(ID, 7)).rejects.toMatchObject({ code: "UNKNOWN_VERSION", exitCode: 2 });
    await expect(library.setAlias(ID, "champion", { version: 7 })).rejects.toMatchObject({ code: "UNKNOWN_VERSION" });
    await expect(library.setAlias(ID, "champion", { rollback: true })).rejects.toMatchObject({
      code: "NO_PREVIOUS_VERSION",
    });
    for (const alias of ["latest", "7", "V7"]) {
      await expect(library.setAlias(ID, alias, { version: 1 })).rejects.toMatchObject({ code: "BAD_ALIAS" });
    }
    await expect(library.versions("no/where", { limit: 1 })).rejects.toMatchObject({ code: "UNKNOWN_MODEL" });
  });
});
