/** The data sources, by the UIDs of deploy/grafana/provisioning/datasources. */
export const PROMETHEUS = { type: "prometheus", uid: "prometheus" };
export const INFLUXDB = { type: "influxdb", uid: "influxdb" };

/**
 * @typedef {object} Target one query of a panel
 * @property {{ type: string, uid: string }} datasource
 * @property {string} refId
 */

/**
 * A PromQL query.
 *
 * @param {string} expr
 * @param {string} [legend] such as `{{instance}}`
 * @param {{ instant?: boolean, heatmap?: boolean }} [options] `instant`: the value now alone, for stats and tables
 */
export const promql = (expr, legend, { instant = false, heatmap = false } = {}) => ({
  datasource: PROMETHEUS,
  editorMode: "code",
  expr,
  ...(legend !== undefined && { legendFormat: legend }),
  ...(instant ? { instant: true, range: false, format: "table" } : { instant: false, range: true }),
  ...(heatmap && { format: "heatmap" }),
});

/**
 * A Flux query.
 *
 * @param {string} query
 */
export const flux = (query) => ({ datasource: INFLUXDB, query });

/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {string} [description]
 * @property {number} [width] of 24; 12 by default
 * @property {number} [height] 8 by default
 * @property {string} [unit] Grafana's name for it: `percent`, `s`, `short`, `percentunit`, `bytes`
 * @property {number} [min]
 * @property {number} [max]
 * @property {readonly object[]} targets
 */

/** @param {Panel} panel @param {object} [more] settings of the fields */
const defaults = ({ unit = "short", min, max }, more = {}) => ({
  unit,
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
  ...more,
});

/**
 * @param {string} type
 * @param {Panel} panel
 * @param {{ defaults: object, overrides?: readonly object[], options: object, transformations?: readonly object[] }} rest
 */
const panel = (type, { title, description, width = 12, height = 8, targets }, rest) => ({
  type,
  title,
  ...(description !== undefined && { description }),
  // One source for the panel where its queries have one.
  datasource: /** @type {{ datasource: object }} */ (targets[0]).datasource,
  gridPos: { w: width, h: height },
  targets: targets.map((target, i) => ({ ...target, refId: String.fromCharCode(65 + i) })),
  fieldConfig: { defaults: rest.defaults, overrides: rest.overrides ?? [] },
  options: rest.options,
  ...(rest.transformations && { transformations: rest.transformations }),
});

/** @param {string} name of the series @param {Record<string, unknown>} properties */
export const override = (name, properties) => ({
  matcher: { id: "byName", options: name },
  properties: Object.entries(properties).map(([id, value]) => ({ id, value })),
});

/**
 * Lines over time.
 *
 * @param {Panel & { overrides?: readonly object[], stack?: boolean, legend?: "list" | "table" }} settings
 */
export const timeseries = ({ overrides = [], stack = false, legend = "list", ...settings }) =>
  panel("timeseries", settings, {
    defaults: defaults(settings, {
      custom: {
        drawStyle: "line",
        lineWidth: 1,
        fillOpacity: stack ? 30 : 0,
        showPoints: "never",
        // A gap is shown as a gap.
        spanNulls: false,
        ...(stack && { stacking: { mode: "normal", group: "A" } }),
      },
    }),
    overrides,
    options: {
      legend: { displayMode: legend, placement: "bottom", calcs: legend === "table" ? ["lastNotNull", "max"] : [] },
      tooltip: { mode: "multi", sort: "desc" },
    },
  });

/**
 * One number, coloured by steps.
 *
 * @param {Panel & { steps?: readonly (readonly [value: number | null, color: string])[], decimals?: number }} settings
 */
export const stat = ({ steps = [[null, "blue"]], decimals, ...settings }) =>
  panel(
    "stat",
    { width: 4, height: 4, ...settings },
    {
      defaults: defaults(settings, {
        ...(decimals !== undefined && { decimals }),
        noValue: "–",
        color: { mode: "thresholds" },
        thresholds: { mode: "absolute", steps: steps.map(([value, color]) => ({ value, color })) },
      }),
      options: {
        reduceOptions: { calcs: ["lastNotNull"], fields: "", values: false },
        colorMode: "value",
        graphMode: "none",
        textMode: "auto",
      },
    },
  );

/**
 * Rows of instant queries, joined by their labels.
 *
 * @param {Panel & { columns: Readonly<Record<string, string>>, hide?: readonly string[], overrides?: readonly object[], sortBy?: { column: string, desc?: boolean } }} settings
 *   `columns`: label or `Value #A` → heading, in order
 */
export const table = ({ columns, hide = [], overrides = [], sortBy, ...settings }) =>
  panel("table", settings, {
    defaults: defaults(settings, { noValue: "–", custom: { align: "auto", cellOptions: { type: "auto" } } }),
    overrides,
    options: {
      showHeader: true,
      ...(sortBy && { sortBy: [{ displayName: sortBy.column, desc: sortBy.desc ?? false }] }),
    },
    transformations: [
      ...(settings.targets.length > 1 ? [{ id: "merge", options: {} }] : []),
      {
        id: "organize",
        options: {
          excludeByName: Object.fromEntries(["Time", "__name__", "job", ...hide].map((name) => [name, true])),
          indexByName: Object.fromEntries(Object.keys(columns).map((name, i) => [name, i])),
          renameByName: columns,
        },
      },
    ],
  });

/**
 * How values are spread, over time.
 *
 * @param {Panel} settings
 */
export const heatmap = (settings) =>
  panel("heatmap", settings, {
    defaults: { custom: {} },
    options: {
      calculate: false,
      cellGap: 1,
      color: { mode: "scheme", scheme: "Viridis", steps: 64, reverse: true },
      yAxis: { unit: settings.unit ?? "s" },
      tooltip: { mode: "single", yHistogram: false },
      legend: { show: true },
    },
  });

/** A heading over the panels that follow. @param {string} title */
export const row = (title) => ({ type: "row", title, collapsed: false, panels: [], gridPos: { w: 24, h: 1 } });
