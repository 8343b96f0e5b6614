// How fast models go into a registry and come out of it, embedded and in MLflow: npm run bench -- registry
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { missing, startServer } from "../../../tools/stack/index.mjs";
import { duckdbStore, mlflowRegistry, pushModels } from "../dist/index.js";

const rows = [];
const row = (what, count, millis, more = "") =>
  rows.push({
    what,
    "a second": Math.round((count / millis) * 1000),
    "ms each": Number((millis / count).toFixed(2)),
    more,
  });

/** The document of an ensemble is as large as this, and digits compress as badly as these. */
const DOCUMENT = JSON.stringify({ states: Array.from({ length: 6000 }, () => Math.random() * 100) });
const training = (model, key) => ({
  ...{ model, key, startedAt: Date.now() - 1500, endedAt: Date.now(), status: "finished" },
  parameters: { orders: "(2,0,1)(1,0,0)[12]", "data/points": 4032, "data/hash": "0123456789abcdef" },
  metrics: { logLik: -1234.5, aicc: 2481.2, "pinball/1h": 0.81, "pinball/4h": 1.2, seconds: 0.4 },
  tags: { reason: "scheduled" },
  artifacts: [
    { path: "forecast.svg", contentType: "image/svg+xml", body: "<path d='M0 0L10 10'/>".repeat(200) },
    { path: "tried.csv", contentType: "text/csv", body: "order,aicc\n(2,0,1),2481.2\n".repeat(30) },
  ],
  document: DOCUMENT,
});

/** Works through a list, so many at once; milliseconds. */
async function timed(items, atOnce, work) {
  const start = performance.now();
  const queue = items.entries();
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (const [, item] of queue) await work(item);
    }),
  );
  return performance.now() - start;
}

async function measure(name, registry, models, atOnce) {
  await registry.open?.();
  const names = Array.from({ length: models }, (_, i) => `host-${i}/cpu_percent`);
  row(
    `${name}: register, ${atOnce} at once`,
    models,
    await timed(names, atOnce, (model) => registry.register(training(model, "1"))),
  );
  row(
    `${name}: register again (known key)`,
    models,
    await timed(names, atOnce, (model) => registry.register(training(model, "1"))),
  );
  row(`${name}: promote`, models, await timed(names, atOnce, (model) => registry.setAlias(model, "champion", 1)));
  const times = [];
  for (const model of names.slice(0, 300)) times.push(await timed([model], 1, () => registry.load(model, "champion")));
  times.sort((a, b) => a - b);
  const total = times.reduce((sum, time) => sum + time, 0);
  row(`${name}: load a champion`, times.length, total, `median ${times[times.length >> 1].toFixed(2)} ms`);
  row(`${name}: champions of all ${models}`, 1, await timed([0], 1, () => registry.aliases()));
}

const folder = mkdtempSync(join(tmpdir(), "loadcast-bench-"));
const store = duckdbStore({ path: folder });
let server = null;
try {
  const embedded = store.registry();
  await measure("DuckDB", embedded, 2000, 8);
  const bytes = readdirSync(folder, { recursive: true }).reduce(
    (sum, name) => sum + statSync(join(folder, name)).size,
    0,
  );
  console.log(`2,000 models of ${Math.round(DOCUMENT.length / 1000)} KB: ${Math.round(bytes / 1e6)} MB on disk`);
  const without = missing("mlflow");
  if (without === "") {
    server = await startServer("mlflow");
    const mlflow = mlflowRegistry({ url: server.url });
    await measure("MLflow", mlflow, 60, 4);
    const models = Array.from({ length: 30 }, (_, i) => `host-${i + 100}/cpu_percent`);
    row("push to MLflow", models.length, await timed([0], 1, () => pushModels(embedded, mlflow, { models })));
  } else console.log(`MLflow${without}`);
  console.table(rows);
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}`);
} finally {
  await store.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
}
