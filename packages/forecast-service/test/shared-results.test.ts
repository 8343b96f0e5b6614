import { afterEach, expect, it } from "vitest";
import type { Executor } from "../src/executor/executor.js";
import { inlineExecutor } from "../src/executor/inline.js";
import { STEP_MILLIS } from "../src/settings.js";
import { ID, type Watched, watched } from "./watched-service.js";

const ended: Watched[] = [];
afterEach(() => Promise.all(ended.splice(0).map(({ service }) => service.stop())));

/** Results by job and key, as a queue remembers them for all services that use it. */
function remembering(results: Map<string, unknown>): Executor {
  const inner = inlineExecutor();
  return {
    ...inner,
    run: (async (job, input, options) => {
      const name = options?.key === undefined ? null : `${job} ${options.key}`;
      if (name !== null && results.has(name)) return results.get(name);
      const result = await inner.run(job, input, options);
      if (name !== null) results.set(name, result);
      return result;
    }) as Executor["run"],
  };
}

it("two services that share a queue share the fit of the same data, and each judges it against its own champion", async () => {
  const results = new Map<string, unknown>();
  const [first, second] = await Promise.all(
    [0, 1].map(() => watched(60, { executor: remembering(results), env: { LOADCAST_TRAINING_MODEL: "sarima" } })),
  );
  ended.push(first, second);
  // Only the second has a model from before.
  await second.service.cycle.train({ id: ID });
  for (const { clock, fill } of [first, second]) {
    await clock.advance(24 * STEP_MILLIS);
    await fill();
  }
  const fits = () => [...results.keys()].filter((name) => name.startsWith("train ")).length;
  const before = fits();
  const alone = await first.service.cycle.train({ id: ID });
  const against = await second.service.cycle.train({ id: ID });
  expect(fits()).toBe(before + 1);
  expect(alone.gate.scores.map(({ name }) => name)).not.toContain("champion");
  expect(against.gate.scores.map(({ name }) => name)).toContain("champion");
  expect([alone.modelVersion, against.modelVersion]).toEqual([`${ID}@1`, `${ID}@2`]);
});
