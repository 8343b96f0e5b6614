import { INFLUXDB, PROMETHEUS } from "./panel.mjs";

/**
 * A choice at the top of a dashboard, from Prometheus.
 *
 * @param {string} name
 * @param {string} query such as `label_values(up, instance)`
 * @param {{ label?: string, many?: boolean }} [options] `many`: several may be chosen, all at first
 */
export const choice = (name, query, { label = name, many = false } = {}) => ({
  type: "query",
  name,
  label,
  datasource: PROMETHEUS,
  definition: query,
  query: { query, refId: name },
  refresh: 2,
  sort: 1,
  ...(many ? { multi: true, includeAll: true, allValue: ".+", current: { text: "All", value: "$__all" } } : {}),
});

/**
 * A choice from InfluxDB.
 *
 * @param {string} name
 * @param {string} query Flux whose column `_value` has the values
 * @param {string} [label]
 */
export const fluxChoice = (name, query, label = name) => ({
  type: "query",
  name,
  label,
  datasource: INFLUXDB,
  definition: query,
  query: { query, refId: name },
  refresh: 2,
  sort: 1,
});

/**
 * A choice among fixed values, the first at first.
 *
 * @param {string} name
 * @param {readonly string[]} values
 * @param {string} [label]
 */
export const fixedChoice = (name, values, label = name) => ({
  type: "custom",
  name,
  label,
  query: values.join(","),
  current: { text: values[0], value: values[0] },
  options: values.map((value, i) => ({ text: value, value, selected: i === 0 })),
});

/**
 * A dashboard: panels from left to right and top to bottom, in the order given.
 *
 * @param {object} settings
 * @param {string} settings.uid stays the same for ever: links hold it
 * @param {string} settings.title
 * @param {string} settings.description
 * @param {string} [settings.from] start of the time shown
 * @param {string} [settings.to]
 * @param {readonly object[]} [settings.variables]
 * @param {readonly any[]} settings.panels
 */
export function dashboard({ uid, title, description, from = "now-6h", to = "now", variables = [], panels }) {
  return {
    uid,
    title,
    description,
    tags: ["loadcast"],
    schemaVersion: 41,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    timezone: "browser",
    time: { from, to },
    templating: { list: variables },
    annotations: { list: [] },
    links: [
      {
        type: "dashboards",
        tags: ["loadcast"],
        title: "Loadcast",
        asDropdown: false,
        keepTime: false,
        includeVars: true,
      },
    ],
    panels: placed(panels),
  };
}

/**
 * Gives each panel its place and its id.
 *
 * @param {readonly any[]} panels
 */
function placed(panels) {
  let [x, y, lineHeight] = [0, 0, 0];
  return panels.map((panel, i) => {
    const { w, h } = panel.gridPos;
    if (x + w > 24) [x, y, lineHeight] = [0, y + lineHeight, 0];
    const at = { ...panel, id: i + 1, gridPos: { x, y, w, h } };
    x += w;
    lineHeight = Math.max(lineHeight, h);
    return at;
  });
}
