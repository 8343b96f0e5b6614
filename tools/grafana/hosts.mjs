import { choice, dashboard } from "./dashboard.mjs";
import { override, promql, row, stat, table, timeseries } from "./panel.mjs";

/** CPU and memory in use, per cent, by whichever exporter a host has; windows_exporter with its names before and since 0.29. */
export const cpu = (/** @type {string} */ selector) =>
  `100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle",${selector}}[$__rate_interval])))
  or 100 * (1 - avg by (instance) (rate(windows_cpu_time_total{mode="idle",${selector}}[$__rate_interval])))`;
export const memory = (/** @type {string} */ selector) =>
  `100 * (1 - node_memory_MemAvailable_bytes{${selector}} / node_memory_MemTotal_bytes{${selector}})
  or 100 * (1 - windows_memory_physical_free_bytes{${selector}} / windows_memory_physical_total_bytes{${selector}})
  or 100 * (1 - windows_os_physical_memory_free_bytes{${selector}} / windows_cs_physical_memory_bytes{${selector}})`;

const SELECTOR = 'instance=~"$host"';
const NODE_DISK = `${SELECTOR},fstype!~"tmpfs|overlay|squashfs|ramfs"`;
const NODE_NET = `${SELECTOR},device!~"lo|veth.*|br-.*|docker.*"`;
const PERCENT_STEPS = /** @type {const} */ ([
  [null, "green"],
  [75, "orange"],
  [90, "red"],
]);

/** Hosts as they are now, and which of them will pass a threshold. */
export const hosts = dashboard({
  uid: "loadcast-hosts",
  title: "Hosts",
  description:
    "CPU and memory of every host, by node_exporter or windows_exporter, and what is forecast to pass a threshold.",
  variables: [choice("host", 'label_values(up{job=~"node|windows"}, instance)', { many: true })],
  panels: [
    stat({
      title: "Hosts that answer",
      targets: [promql(`sum(up{job=~"node|windows",${SELECTOR}})`, "", { instant: true })],
    }),
    stat({
      title: "Hosts that do not",
      targets: [promql(`count(up{job=~"node|windows",${SELECTOR}} == 0) or vector(0)`, "", { instant: true })],
      steps: [
        [null, "green"],
        [1, "red"],
      ],
    }),
    stat({
      title: "Highest CPU",
      unit: "percent",
      decimals: 0,
      targets: [promql(`max(${cpu(SELECTOR)})`, "", { instant: true })],
      steps: PERCENT_STEPS,
    }),
    stat({
      title: "Highest memory",
      unit: "percent",
      decimals: 0,
      targets: [promql(`max(${memory(SELECTOR)})`, "", { instant: true })],
      steps: PERCENT_STEPS,
    }),
    stat({
      title: "Thresholds in the next 4 hours",
      description: "Series more likely than not to pass a threshold.",
      targets: [
        promql('count(loadcast_threshold_probability{host=~"$host"} > 0.5) or vector(0)', "", { instant: true }),
      ],
      steps: [
        [null, "green"],
        [1, "orange"],
      ],
    }),
    stat({
      title: "Soonest threshold",
      unit: "s",
      targets: [
        promql(
          'min(loadcast_seconds_to_threshold{host=~"$host"} < 4 * 3600 and on (host, metric, threshold) loadcast_threshold_probability > 0.5)',
          "",
          { instant: true },
        ),
      ],
      steps: [
        [null, "red"],
        [3600, "orange"],
      ],
    }),
    timeseries({
      title: "CPU in use",
      unit: "percent",
      min: 0,
      max: 100,
      targets: [promql(cpu(SELECTOR), "{{instance}}")],
    }),
    timeseries({
      title: "Memory in use",
      unit: "percent",
      min: 0,
      max: 100,
      targets: [promql(memory(SELECTOR), "{{instance}}")],
    }),
    table({
      title: "Who needs attention",
      description: "Thresholds that are more likely than not to be passed within four hours, the soonest first.",
      width: 24,
      height: 7,
      targets: [
        // Both ask for both, so that no row has one of them alone.
        promql(
          'loadcast_seconds_to_threshold{host=~"$host"} < 4 * 3600 and on (host, metric, threshold) loadcast_threshold_probability > 0.5',
          undefined,
          { instant: true },
        ),
        promql(
          'loadcast_threshold_probability{host=~"$host"} > 0.5 and on (host, metric, threshold) loadcast_seconds_to_threshold < 4 * 3600',
          undefined,
          { instant: true },
        ),
      ],
      columns: {
        host: "Host",
        metric: "Metric",
        threshold: "Threshold",
        "Value #A": "Passed in",
        "Value #B": "Probability",
      },
      hide: ["instance"],
      overrides: [override("Passed in", { unit: "s" }), override("Probability", { unit: "percentunit" })],
      sortBy: { column: "Passed in" },
    }),
    row("Other resources"),
    timeseries({
      title: "Load, and Windows' queue for processors",
      width: 8,
      targets: [
        promql(`node_load5{${SELECTOR}} or windows_system_processor_queue_length{${SELECTOR}}`, "{{instance}}"),
      ],
      min: 0,
    }),
    timeseries({
      title: "Fullest disk",
      width: 8,
      unit: "percent",
      min: 0,
      max: 100,
      targets: [
        promql(
          `max by (instance) (100 * (1 - node_filesystem_avail_bytes{${NODE_DISK}} / node_filesystem_size_bytes{${NODE_DISK}}))
  or max by (instance) (100 * (1 - windows_logical_disk_free_bytes{${SELECTOR}} / windows_logical_disk_size_bytes{${SELECTOR}}))`,
          "{{instance}}",
        ),
      ],
    }),
    timeseries({
      title: "Network, in and out",
      width: 8,
      unit: "Bps",
      min: 0,
      targets: [
        promql(
          `sum by (instance) (rate(node_network_receive_bytes_total{${NODE_NET}}[$__rate_interval]) + rate(node_network_transmit_bytes_total{${NODE_NET}}[$__rate_interval]))
  or sum by (instance) (rate(windows_net_bytes_total{${SELECTOR}}[$__rate_interval]))`,
          "{{instance}}",
        ),
      ],
    }),
  ],
});
