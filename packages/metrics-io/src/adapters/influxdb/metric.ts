import { AdapterError } from "../../errors.js";
import { compileFormula } from "../../formula.js";
import { NAME } from "./connection.js";

/** One field of one measurement, of every host. */
export interface InfluxdbField {
  readonly measurement: string;
  /** Several names are alternatives, as `gauge` and `value` in what Telegraf makes of Prometheus' metrics. */
  readonly field: string | readonly string[];
  /** Tags that a series must have; several values are alternatives. */
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  /** It counts upwards: read as its rate per second. Where it falls, because what counts was started anew, is a gap. */
  readonly counter?: boolean;
  /** What becomes of several series of one host (of each CPU, each disk). Left out, two values of one host and time are an error. */
  readonly combine?: "mean" | "sum" | "min" | "max";
}

/** A metric computed from fields at the times that all of them have. */
export interface InfluxdbFormula {
  /** A formula over the names of the inputs (see `compileFormula`), or a function of their values; NaN is a gap. */
  readonly formula: string | ((values: Readonly<Record<string, number>>) => number);
  readonly inputs: Readonly<Record<string, InfluxdbField>>;
}

/** What a metric is. In a list, the first that a host has counts, and the others where the first has nothing before or after. */
export type InfluxdbMetric = InfluxdbField | InfluxdbFormula | readonly (InfluxdbField | InfluxdbFormula)[];

/** One way to get a metric, ready for use. */
export interface Recipe {
  readonly inputs: readonly (readonly [name: string, input: InfluxdbField])[];
  readonly compute: (columns: Readonly<Record<string, Float64Array>>, length: number) => Float64Array;
}

const used = ({ idle }: Readonly<Record<string, number>>) => 100 - idle;
const busy = ({ idle }: Readonly<Record<string, number>>) => 100 * (1 - idle);
const taken = ({ available, total }: Readonly<Record<string, number>>) => 100 * (1 - available / total);

/**
 * A metric of Prometheus as Telegraf's inputs.prometheus stores it: under its own name with metric_version 1, as a field of the
 * measurement "prometheus" with metric_version 2. Types that the exporter does not tell are stored as `value`.
 */
function exported(name: string, type: "counter" | "gauge", version: 1 | 2, more: Partial<InfluxdbField> = {}) {
  const shape =
    version === 1 ? { measurement: name, field: [type, "value"] } : { measurement: "prometheus", field: name };
  return { ...shape, ...(type === "counter" ? { counter: true } : {}), ...more };
}

const cpuOf = (counter: string, version: 1 | 2): InfluxdbFormula => ({
  formula: busy,
  inputs: { idle: exported(counter, "counter", version, { tags: { mode: "idle" }, combine: "mean" }) },
});

const memoryOf = (available: string, total: string, version: 1 | 2): InfluxdbFormula => ({
  formula: taken,
  inputs: { available: exported(available, "gauge", version), total: exported(total, "gauge", version) },
});

const VERSIONS = [1, 2] as const;

const nodeExporter = {
  cpu_percent: VERSIONS.map((version) => cpuOf("node_cpu_seconds_total", version)),
  memory_percent: VERSIONS.map((version) =>
    memoryOf("node_memory_MemAvailable_bytes", "node_memory_MemTotal_bytes", version),
  ),
};

const windowsExporter = {
  cpu_percent: VERSIONS.map((version) => cpuOf("windows_cpu_time_total", version)),
  memory_percent: VERSIONS.flatMap((version) => [
    memoryOf("windows_memory_physical_free_bytes", "windows_memory_physical_total_bytes", version),
    memoryOf("windows_os_physical_memory_free_bytes", "windows_cs_physical_memory_bytes", version),
  ]),
};

const telegraf = {
  cpu_percent: [
    {
      formula: used,
      inputs: { idle: { measurement: "cpu", field: "usage_idle", tags: { cpu: "cpu-total" } } },
    },
  ],
  // Available memory first: it is what the exporters' presets go by, and used_percent counts caches on some systems.
  memory_percent: [
    { formula: used, inputs: { idle: { measurement: "mem", field: "available_percent" } } },
    { measurement: "mem", field: "used_percent" },
  ],
};

type HostMetrics = Readonly<Record<"cpu_percent" | "memory_percent", InfluxdbMetric>>;

/**
 * CPU and memory in use of every host, by who collected them: Telegraf's own inputs.cpu and inputs.mem; node_exporter and
 * windows_exporter through Telegraf's inputs.prometheus (metric_version 1 and 2; of windows_exporter the names of 0.29 and later and
 * those that went with 0.31); `any` takes whichever a host has, in this order.
 */
export const influxdbPresets: Readonly<Record<"telegraf" | "nodeExporter" | "windowsExporter" | "any", HostMetrics>> = {
  telegraf,
  nodeExporter,
  windowsExporter,
  any: {
    cpu_percent: [...telegraf.cpu_percent, ...nodeExporter.cpu_percent, ...windowsExporter.cpu_percent],
    memory_percent: [...telegraf.memory_percent, ...nodeExporter.memory_percent, ...windowsExporter.memory_percent],
  },
};

/** The alternatives of a metric. */
export function alternatives(metric: InfluxdbMetric): readonly (InfluxdbField | InfluxdbFormula)[] {
  return Array.isArray(metric) ? metric : [metric as InfluxdbField | InfluxdbFormula];
}

/** The inputs of one alternative; a plain field is its own only input, named value. */
export function inputsOf(one: InfluxdbField | InfluxdbFormula): readonly (readonly [string, InfluxdbField])[] {
  return "inputs" in one ? Object.entries(one.inputs) : [["value", one]];
}

/** Throws AdapterError (INVALID_ARGUMENT) that names the metric, unless every one can be used. */
export function checkMetrics(metrics: Readonly<Record<string, InfluxdbMetric>>): void {
  const refuse = (message: string): never => {
    throw new AdapterError(NAME, message, { code: "INVALID_ARGUMENT" });
  };
  const text = (value: unknown) => typeof value === "string" && value !== "";
  const texts = (value: unknown) => text(value) || (Array.isArray(value) && value.length > 0 && value.every(text));
  if (Object.keys(metrics).length === 0) refuse("metrics must name at least one, for example those of influxdbPresets");
  for (const [name, metric] of Object.entries(metrics)) {
    if (alternatives(metric).length === 0) refuse(`the metric ${name} is an empty list`);
    for (const one of alternatives(metric)) {
      if ("inputs" in one && !/^(string|function)$/.test(typeof one.formula)) {
        refuse(`the metric ${name} needs a formula over its inputs, got ${String(one.formula)}`);
      }
      if (inputsOf(one).length === 0) refuse(`the metric ${name} has no inputs`);
      for (const [, input] of inputsOf(one)) {
        const { measurement, field, tags = {}, combine } = input ?? {};
        if (!text(measurement) || !texts(field) || !Object.values(tags).every(texts)) {
          refuse(
            `the metric ${name} needs a measurement, a field and tags as texts, got ${JSON.stringify({ measurement, field, tags })}`,
          );
        }
        if (combine !== undefined && !["mean", "sum", "min", "max"].includes(combine)) {
          refuse(`combine of the metric ${name} must be mean, sum, min or max, got ${JSON.stringify(combine)}`);
        }
      }
    }
  }
}

/**
 * Makes the alternatives of a metric ready for use.
 * Throws AdapterError (INVALID_ARGUMENT) for a formula that cannot be read or that names what is no input.
 */
export async function recipes(metric: InfluxdbMetric): Promise<Recipe[]> {
  return Promise.all(
    alternatives(metric).map(async (one) => {
      const inputs = inputsOf(one);
      if (!("inputs" in one)) return { inputs, compute: ({ value }) => value };
      const { formula } = one;
      if (typeof formula === "function") return { inputs, compute: (columns, length) => map(formula, columns, length) };
      const compiled = await compileFormula(formula);
      const names = inputs.map(([name]) => name);
      const stranger = compiled.variables.find((name) => !names.includes(name));
      if (stranger !== undefined) {
        throw new AdapterError(
          NAME,
          `${JSON.stringify(formula)} names ${stranger}; its inputs are ${names.join(", ")}`,
          {
            code: "INVALID_ARGUMENT",
          },
        );
      }
      return { inputs, compute: (columns) => compiled.evaluate(columns) };
    }),
  );
}

function map(
  formula: (values: Readonly<Record<string, number>>) => number,
  columns: Readonly<Record<string, Float64Array>>,
  length: number,
): Float64Array {
  const entries = Object.entries(columns);
  const at: Record<string, number> = {};
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    for (const [name, column] of entries) at[name] = column[i];
    out[i] = formula(at);
  }
  return out;
}
