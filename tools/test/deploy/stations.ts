import { mlflowName } from "@loadcast/metrics-io";

/** A forecast as Loadcast's API gives it. */
export interface ApiForecast {
  readonly issuedAt: string;
  readonly modelVersion: string;
  readonly forecast: readonly {
    readonly time: string;
    readonly median: number;
    readonly intervals: readonly { readonly level: number; readonly lower: number; readonly upper: number }[];
  }[];
}

/** What Loadcast says of its parts. */
export interface Report {
  readonly sources: readonly { readonly name: string; readonly status: string; readonly detail: string | null }[];
  readonly sinks: readonly {
    readonly name: string;
    readonly waiting: number;
    readonly delivered: number;
    readonly dropped: number;
    readonly lastError: string | null;
  }[];
}

interface Place {
  readonly urls: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
  readonly host: string;
}

/** Samples by their time in milliseconds. */
export type Stored = ReadonlyMap<number, number>;

/** Asks each station of the chain, over its own interface, for what it has of the memory of one host. */
export function stationsOf({ urls, secrets, host }: Place) {
  const id = `${host}/memory_percent`;
  const prometheus = async (query: string) => {
    const { data } = (await json(`${urls.prometheus}/api/v1/query?${new URLSearchParams({ query })}`)) as {
      data: { result: { metric: Record<string, string>; value: [number, string]; values: [number, string][] }[] };
    };
    return data.result;
  };
  const influxdb = async (flux: string): Promise<Record<string, string>[]> => {
    const answer = await fetch(`${urls.influxdb}/api/v2/query?org=loadcast`, {
      method: "POST",
      headers: {
        authorization: `Token ${secrets.influxdb_token}`,
        "content-type": "application/vnd.flux",
        accept: "application/csv",
      },
      body: flux,
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`InfluxDB answers ${answer.status}: ${text}`);
    const [columns, ...rows] = text
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(","));
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column, row[i]])));
  };
  const loadcast = (path: string, init: RequestInit = {}) =>
    json(`${urls.loadcast}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${secrets.loadcast_token}`, ...init.headers },
    });
  const series = `/api/v1/series/${encodeURIComponent(id)}`;

  return {
    id,
    loadcast,
    prometheus,
    influxdb,

    /** Samples of a metric in Prometheus. */
    async inPrometheus(name: string): Promise<Stored> {
      const [found] = await prometheus(`${name}{instance="${host}"}[20m]`);
      return new Map((found?.values ?? []).map(([time, value]) => [Math.round(time * 1000), Number(value)]));
    },

    /** The same in InfluxDB. */
    async inInfluxdb(name: string, from: number): Promise<Stored> {
      const rows = await influxdb(`from(bucket: "metrics") |> range(start: ${iso(from)})
        |> filter(fn: (r) => r._measurement == "prometheus" and r.host == "${host}" and r._field == "${name}")
        |> group() |> keep(columns: ["_time", "_value"])`);
      return new Map(rows.map(({ _time, _value }) => [Date.parse(_time), Number(_value)]));
    },

    /** Memory in use in Loadcast's own store; the key is the second in which the sample lies. */
    async inLoadcast(from: number): Promise<Stored> {
      const query = new URLSearchParams({ from: iso(from), to: iso(Date.now() + 1000), step: "1" });
      const { points } = (await loadcast(`${series}/history?${query}`)) as {
        points: { time: string; value: number | null }[];
      };
      return new Map(points.flatMap(({ time, value }) => (value === null ? [] : [[Date.parse(time), value] as const])));
    },

    forecast: async () => (await loadcast(`${series}/forecast`)) as ApiForecast,

    /** Medians of the forecast in InfluxDB by their times, with what they are marked with. */
    async forecastInInfluxdb(from: number) {
      const rows = await influxdb(`from(bucket: "metrics") |> range(start: ${iso(from)}, stop: 6h)
        |> filter(fn: (r) => r._measurement == "loadcast_forecast" and r.host == "${host}" and r.metric == "memory_percent")
        |> filter(fn: (r) => r._field == "median" or r._field == "upper95" or r._field == "issued_at" or r._field == "model_version")
        |> map(fn: (r) => ({ time: r._time, field: r._field, value: string(v: r._value) }))
        |> group()`);
      const points = new Map<number, Record<string, string>>();
      for (const { field, time, value } of rows) {
        const at = Date.parse(time);
        points.set(at, { ...points.get(at), [field]: value });
      }
      return points;
    },

    metrics: async () => (await fetch(`${urls.loadcast}/metrics`)).text(),
    report: async () => (await loadcast("/api/v1/system")) as Report,

    /** Each part that does not work, with the reason. */
    async ailing(): Promise<string[]> {
      const { dependencies } = (await loadcast("/health/ready")) as {
        dependencies: { name: string; status: string; detail?: string }[];
      };
      return dependencies.filter(({ status }) => status !== "ok").map(({ name, detail }) => `${name}: ${detail}`);
    },

    /** Numbers of the versions of the model in Loadcast, oldest first. */
    async versions(): Promise<number[]> {
      const { versions } = (await loadcast(`/api/v1/models/${encodeURIComponent(id)}/versions`)) as {
        versions: { version: number }[];
      };
      return versions.map(({ version }) => version).sort((a, b) => a - b);
    },

    /** The same in MLflow. */
    async versionsInMlflow(): Promise<number[]> {
      const filter = `name='${mlflowName(id)}'`;
      const { model_versions = [] } = (await json(
        `${urls.mlflow}/api/2.0/mlflow/model-versions/search?${new URLSearchParams({ filter })}`,
      )) as { model_versions?: { version: string }[] };
      return model_versions.map(({ version }) => Number(version)).sort((a, b) => a - b);
    },

    /** The version that `champion` points at in MLflow. */
    async championInMlflow(): Promise<number> {
      const query = new URLSearchParams({ name: mlflowName(id), alias: "champion" });
      const { model_version } = (await json(`${urls.mlflow}/api/2.0/mlflow/registered-models/alias?${query}`)) as {
        model_version: { version: string };
      };
      return Number(model_version.version);
    },
  };
}

export type Stations = ReturnType<typeof stationsOf>;

async function json(url: string, init?: RequestInit): Promise<unknown> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${new URL(url).pathname} answers ${answer.status}: ${text}`);
  return JSON.parse(text);
}

const iso = (time: number) => new Date(time).toISOString();
