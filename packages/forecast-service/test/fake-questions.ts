import { LoadcastError } from "../src/errors.js";
import type { GateReport, HorizonAccuracy, ModelVersionEntry, TaskResponse } from "../src/http/contract.js";
import type { ModelLibrary, Monitor, Overview, Tasks } from "../src/questions.js";

/** What the pipeline answers, made up: whole answers of every kind, for one series. Asked for anything else they fail as the real ones do. */
export const KNOWN = "demo/cpu_percent";
const NOW = "2026-11-23T10:00:00.000Z";

const gate: GateReport = {
  accepted: true,
  reason: "Better than the naive forecasts by 12 %.",
  origins: 24,
  horizon: 48,
  scores: [{ name: "candidate", pinball: 1.2, mae: 2.5, coverage: [{ level: 0.8, ratio: 0.79 }] }],
};
const horizons: HorizonAccuracy[] = [
  { horizonSeconds: 300, count: 10, mae: 1, seasonalNaiveMae: 2, pinball: 0.4, coverage: [{ level: 0.8, ratio: 0.8 }] },
  {
    horizonSeconds: 3600,
    count: 0,
    mae: null,
    seasonalNaiveMae: null,
    pinball: null,
    coverage: [{ level: 0.8, ratio: null }],
  },
];
const version = (number: number): ModelVersionEntry => ({
  version: number,
  modelVersion: `${KNOWN}@${number}`,
  kind: "ensemble",
  description: "three models",
  aliases: number === 2 ? ["champion"] : [],
  trainedAt: NOW,
  trainSeconds: 1.5,
  from: NOW,
  to: NOW,
  values: 2016,
  logLik: -10,
  aic: 20,
  aicc: 21,
  bic: null,
  warnings: [],
  gate,
});

function known(name: string, code: string): void {
  if (name !== KNOWN) throw new LoadcastError(code, `there is none called ${JSON.stringify(name)}`);
}

export const fakeLibrary: ModelLibrary = {
  async list({ limit, after = "" }) {
    const models = [KNOWN, "web/cpu_percent"]
      .filter((name) => name > after)
      .map((name) => ({ name, champion: 2, challenger: null, latest: 3, trainedAt: NOW }));
    return { models: models.slice(0, limit), next: models.length > limit ? models[limit - 1].name : null };
  },
  async versions(name, { limit, before = 4 }) {
    known(name, "UNKNOWN_MODEL");
    const all = [3, 2, 1].filter((number) => number < before);
    return { name, versions: all.slice(0, limit).map(version), next: all.length > limit ? all[limit - 1] : null };
  },
  async detail(name, which) {
    known(name, "UNKNOWN_MODEL");
    const number = which === "champion" ? 2 : which;
    if (typeof number !== "number" || number < 1 || number > 3) {
      throw new LoadcastError("UNKNOWN_VERSION", `${name} has no version ${which}`);
    }
    return {
      ...version(number),
      name,
      members: [
        {
          weight: 1,
          reason: "best",
          name: "sarima",
          order: [1, 0, 1],
          seasonal: [0, 0, 0, 1],
          transform: { kind: "logit", lower: 0, upper: 100 },
          parameters: [{ name: "ar1", value: 0.5, standardError: null }],
          sigma2: 1,
          logLik: -10,
          aic: 20,
          aicc: 21,
          bic: 22,
        },
      ],
      tried: [{ order: [1, 0, 1], seasonal: [0, 0, 0, 1], criterion: null, error: "singular" }],
      residuals: {
        count: 100,
        acf: [0.1],
        acfBound: 0.2,
        histogram: [{ lower: -1, upper: 1, count: 100 }],
        quantiles: [{ theoretical: 0, sample: 0 }],
        ljungBox: { lag: 10, statistic: 3, pValue: 0.9 },
        jarqueBera: { statistic: 3, pValue: 0.9 },
      },
    };
  },
  async setAlias(name, alias, request) {
    known(name, "UNKNOWN_MODEL");
    if ("version" in request && request.version > 3) {
      throw new LoadcastError("UNKNOWN_VERSION", `${name} has no version ${request.version}`);
    }
    return { name, alias, version: "version" in request ? request.version : 1, previous: 2 };
  },
};

export const fakeMonitor: Monitor = {
  async accuracy(id, { from, to }) {
    known(id, "UNKNOWN_SERIES");
    const span = { from: new Date(from ?? 0).toISOString(), to: new Date(to ?? 0).toISOString() };
    const drift = { detected: false, since: null, reason: null };
    return { id, ...span, horizons, overTime: [{ ...span, horizons }], drift };
  },
  async pastForecasts(id, { limit = 50 }) {
    known(id, "UNKNOWN_SERIES");
    const step = { step: 1, time: NOW, mean: 1, median: 1, intervals: [{ level: 0.8, lower: 0, upper: 2 }] };
    const one = { issuedAt: NOW, modelVersion: `${KNOWN}@2`, forecast: [step] };
    return { id, forecasts: Array(Math.min(limit, 3)).fill(one) };
  },
  async anomalies(id) {
    known(id, "UNKNOWN_SERIES");
    return { id, anomalies: [{ time: NOW, value: 99, lower: 1, upper: 50 }] };
  },
};

export function fakeTasks(): Tasks {
  const tasks = new Map<string, TaskResponse>();
  const find = (task: string): TaskResponse => {
    const found = tasks.get(task);
    if (!found) throw new LoadcastError("UNKNOWN_TASK", `there is no task ${JSON.stringify(task)}`);
    return found;
  };
  return {
    async start(kind, series) {
      known(series, "UNKNOWN_SERIES");
      const task = `${kind}-1`;
      const started: TaskResponse = {
        task,
        kind,
        series,
        status: "running",
        stage: "search",
        progress: 0.5,
        createdAt: NOW,
        startedAt: NOW,
        endedAt: null,
        error: null,
        result: null,
      };
      if (!tasks.has(task)) tasks.set(task, started);
      return find(task);
    },
    get: find,
    cancel(task) {
      const cancelled: TaskResponse = { ...find(task), status: "cancelled", endedAt: NOW };
      tasks.set(task, cancelled);
      return cancelled;
    },
  };
}

export const fakeOverview: Overview = {
  async hosts({ limit, q = "" }) {
    const hosts = ["demo", "web"].filter((host) => host.includes(q));
    return {
      now: NOW,
      total: hosts.length,
      hosts: hosts.slice(0, limit).map((host) => ({
        host,
        synthetic: host === "demo",
        attention: 1,
        why: null,
        series: [
          {
            id: `${host}/cpu_percent`,
            host,
            metric: "cpu_percent",
            unit: "percent" as const,
            synthetic: host === "demo",
            status: "forecast" as const,
            last: { time: NOW, value: 1 },
            modelVersion: null,
            nextRun: null,
            reason: null,
            history: null,
            outside: null,
            training: null,
            outlook: {
              mean: 1,
              meanLower: 0,
              meanUpper: 2,
              peak: { time: NOW, median: 1, lower: 0, upper: 2 },
              threshold: { threshold: 90, probability: 0.1, time: null, earliest: NOW, latest: null },
            },
            sparkline: {
              start: NOW,
              stepSeconds: 300,
              values: [1, null],
              forecast: { start: NOW, median: [1], lower: [0], upper: [2] },
            },
            anomalous: false,
            drift: false,
          },
        ],
      })),
      next: hosts.length > limit ? hosts[limit - 1] : null,
    };
  },
  async system() {
    return {
      version: "1.2.3",
      startedAt: NOW,
      now: NOW,
      jobs: [
        {
          name: "infer",
          running: false,
          lastRun: NOW,
          lastSeconds: 1,
          nextRun: NOW,
          runs: 1,
          skipped: 0,
          lastError: null,
        },
      ],
      steps: [{ name: "train", count: 1, medianSeconds: 2, failures: 0, lastError: null }],
      executor: { name: "inline", concurrency: 1, running: 0, waiting: 0 },
      sources: [{ name: "prometheus", kind: "prometheus", status: "failed", detail: "it is away" }],
      sinks: [{ name: "influxdb", waiting: 1, delivered: 2, dropped: 0, lastError: null }],
      series: { forecast: 1, waiting: 0, failed: 0 },
      trainings: [],
      memoryBytes: 1e8,
      storeBytes: null,
    };
  },
};
