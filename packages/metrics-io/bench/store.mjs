// How fast samples go into the embedded store and out of it, through resampling, CSV and formulas: npm run bench -- store
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { compileFormula, duckdbStore, parseCsvSeries, resample } from "../dist/index.js";

const ALL = { from: -Infinity, to: Infinity };
const rows = [];

/** The median of a few runs, in milliseconds. */
async function measure(title, work, runs = 5) {
  const times = [];
  for (let i = 0; i < runs; i++) {
    const start = performance.now();
    await work(i);
    times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  rows.push({ what: title, ms: Number(times[Math.floor(runs / 2)].toFixed(1)) });
}

const folder = mkdtempSync(join(tmpdir(), "loadcast-bench-"));
const store = duckdbStore({ path: folder });
const batch = (metric, n, stepSeconds, start = 0) => ({
  host: "bench",
  metric,
  times: Float64Array.from({ length: n }, (_, i) => start + i * stepSeconds * 1000),
  values: Float64Array.from({ length: n }, () => Math.random() * 100),
});
const write = async (...batches) => {
  await store.writeSamples(batches);
  await store.flush();
};

try {
  await measure("open a new store, DuckDB's loading included", () => store.open(), 1);
  await measure("write 14 days × 5 min × 2 metrics", (i) =>
    write(batch(`a${i}`, 4032, 300), batch(`b${i}`, 4032, 300)),
  );
  await measure("write them again", (i) => write(batch(`a${i}`, 4032, 300), batch(`b${i}`, 4032, 300)));
  await measure("write 14 days × 15 s", (i) => write(batch(`fine${i}`, 80_640, 15)));
  await measure("commit 2 new samples", (i) => write(batch("c", 1, 15, i * 15_000), batch("d", 1, 15, i * 15_000)), 20);
  await measure("read 14 days × 15 s", () => store.read({ host: "bench", metric: "fine0" }, ALL));
  await measure("read it and resample it to 5 min", async () => {
    resample(await store.read({ host: "bench", metric: "fine0" }, ALL));
  });
  const fleet = Array.from({ length: 1000 }, (_, host) => ({ ...batch("cpu", 240, 15), host: `h${host}` }));
  await measure("write the last hour of 1,000 hosts at 15 s", () => write(...fleet), 1);
  await measure("commit one new sample of each of 1,000 hosts", (i) =>
    write(...fleet.map(({ host }) => ({ ...batch("cpu", 1, 15, 1e9 + i * 15_000), host }))),
  );
  const times = Array.from({ length: 48 }, (_, i) => i * 300_000);
  await measure("write forecasts of 1,000 hosts, 48 steps with two intervals", async (i) => {
    const interval = { lower: times, upper: times };
    for (const { host, metric } of fleet) {
      await store.writeForecast({
        ...{ host, metric, issuedAt: i, modelVersion: "v1", times, mean: times, median: times },
        intervals: [
          { level: 80, ...interval },
          { level: 95, ...interval },
        ],
      });
    }
    await store.flush();
  });
  await measure("write a million samples", () => write(batch("year", 1_000_000, 15)), 1);
  await measure("read one hour of that million", () =>
    store.read({ host: "bench", metric: "year" }, { from: 7.2e9, to: 7.2e9 + 3_600_000 }),
  );

  const { times: t, values } = batch("csv", 80_640, 15);
  const csv = `timestamp,value\n${[...t].map((time, i) => `${new Date(time).toISOString()},${values[i]}\n`).join("")}`;
  await measure("parse a CSV of 80,640 rows", () => parseCsvSeries(csv));
  const formula = await compileFormula("100 * (1 - available / total)");
  await measure("evaluate 100 * (1 - available / total) for 80,640 points", () =>
    formula.evaluate({ available: values, total: 128 }),
  );
  console.table(rows);
  console.log(`${cpus()[0]?.model}, ${availableParallelism()} threads, Node ${process.version}; medians`);
} finally {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
}
