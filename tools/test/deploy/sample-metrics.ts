import type { SeedSample } from "../../stack/index.mjs";

const MINUTE = 60_000;
const DAY = 86_400_000;

/**
 * A day of all that Prometheus has in a running stack, ending at `now`: a Linux host, Windows hosts with the names of windows_exporter
 * before and since 0.29, and Loadcast with every one of its metrics.
 */
export function sampleMetrics(now: number): SeedSample[] {
  const out: SeedSample[] = [];
  const since = now - DAY - 5 * 3_600_000;
  const gauge = (series: string, value: (time: number) => number) => {
    for (let time = since; time <= now; time += 2 * MINUTE) out.push([series, time, value(time)]);
  };
  const counter = (series: string, perSecond: number) =>
    gauge(series, (time) => ((time - since) / 1000) * perSecond + 1);
  const wave = (middle: number, height: number) => (time: number) =>
    middle + height * Math.sin((time / DAY) * 2 * Math.PI);

  for (const host of ["web-1", "win-1", "win-0"])
    gauge(`up{job="${host === "web-1" ? "node" : "windows"}",instance="${host}"}`, () => 1);
  gauge('up{job="loadcast",instance="loadcast"}', () => 1);

  const node = 'job="node",instance="web-1"';
  for (const cpu of [0, 1]) counter(`node_cpu_seconds_total{${node},cpu="${cpu}",mode="idle"}`, 0.7);
  gauge(`node_memory_MemAvailable_bytes{${node}}`, wave(4e9, 1e9));
  gauge(`node_memory_MemTotal_bytes{${node}}`, () => 8e9);
  gauge(`node_load5{${node}}`, wave(1, 0.5));
  gauge(`node_filesystem_avail_bytes{${node},mountpoint="/",fstype="ext4"}`, () => 4e10);
  gauge(`node_filesystem_size_bytes{${node},mountpoint="/",fstype="ext4"}`, () => 1e11);
  counter(`node_network_receive_bytes_total{${node},device="eth0"}`, 1e5);
  counter(`node_network_transmit_bytes_total{${node},device="eth0"}`, 2e5);

  for (const host of ["win-1", "win-0"]) {
    const windows = `job="windows",instance="${host}"`;
    counter(`windows_cpu_time_total{${windows},core="0,0",mode="idle"}`, 0.5);
    gauge(`windows_logical_disk_free_bytes{${windows},volume="C:"}`, () => 3e10);
    gauge(`windows_logical_disk_size_bytes{${windows},volume="C:"}`, () => 1e11);
    counter(`windows_net_bytes_total{${windows},nic="a"}`, 3e5);
    gauge(`windows_system_processor_queue_length{${windows}}`, () => 2);
  }
  gauge('windows_memory_physical_free_bytes{job="windows",instance="win-1"}', wave(6e9, 1e9));
  gauge('windows_memory_physical_total_bytes{job="windows",instance="win-1"}', () => 16e9);
  gauge('windows_os_physical_memory_free_bytes{job="windows",instance="win-0"}', wave(6e9, 1e9));
  gauge('windows_cs_physical_memory_bytes{job="windows",instance="win-0"}', () => 16e9);

  const own = 'job="loadcast",instance="loadcast"';
  for (const host of ["web-1", "win-1"])
    for (const [metric, middle] of [
      ["cpu_percent", 60],
      ["memory_percent", 70],
    ] as const) {
      const series = `${own},host="${host}",metric="${metric}"`;
      for (const horizon of ["5m", "1h", "4h"]) {
        for (const [quantile, above] of Object.entries({
          median: 0,
          lower80: -8,
          upper80: 8,
          lower95: -15,
          upper95: 15,
        }))
          gauge(`loadcast_forecast{${series},horizon="${horizon}",estimate="${quantile}"}`, wave(middle + above, 10));
        for (const measure of ["mae", "mase", "pinball"])
          gauge(`loadcast_forecast_error{${series},horizon="${horizon}",measure="${measure}"}`, wave(0.8, 0.2));
        for (const level of ["0.8", "0.95"])
          gauge(`loadcast_interval_coverage_ratio{${series},horizon="${horizon}",level="${level}"}`, () =>
            Number(level),
          );
      }
      gauge(`loadcast_forecast_issued_timestamp_seconds{${series}}`, (time) => time / 1000);
      gauge(`loadcast_seconds_to_threshold{${series},threshold="90"}`, () => 5400);
      gauge(`loadcast_threshold_probability{${series},threshold="90"}`, () => 0.7);
      gauge(`loadcast_drift{${series}}`, () => 0);
      counter(`loadcast_anomalies_total{${series}}`, 0.001);
    }
  // One that may be passed soon, and one that will be, but not soon: nobody has to know of them.
  for (const [metric, seconds, probability] of [
    ["cpu_percent", 600, 0.3],
    ["memory_percent", 90_000, 0.9],
  ] as const) {
    const series = `${own},host="web-2",metric="${metric}",threshold="90"`;
    gauge(`loadcast_seconds_to_threshold{${series}}`, () => seconds);
    gauge(`loadcast_threshold_probability{${series}}`, () => probability);
  }
  for (const state of ["forecast", "waiting", "failed"]) gauge(`loadcast_series{${own},state="${state}"}`, () => 1);
  for (const [job, name] of [
    ["infer", "loadcast_infer_duration_seconds"],
    ["train", "loadcast_train_duration_seconds"],
  ]) {
    gauge(`loadcast_job_last_success_timestamp_seconds{${own},exported_job="${job}"}`, (time) => time / 1000);
    for (const le of ["0.1", "1", "+Inf"]) counter(`${name}_bucket{${own},le="${le}"}`, le === "0.1" ? 0.05 : 0.1);
  }
  counter(`loadcast_forecasts_total{${own}}`, 0.1);
  for (const result of ["promoted", "kept", "failed"])
    counter(`loadcast_trainings_total{${own},result="${result}"}`, 0.0001);
  const route = `${own},method="GET",route="/api/v1/series",status="200"`;
  for (const le of ["0.01", "0.1", "+Inf"])
    counter(`loadcast_http_request_duration_seconds_bucket{${route},le="${le}"}`, le === "0.01" ? 1 : 2);
  counter(`loadcast_http_request_duration_seconds_count{${route}}`, 2);
  gauge(`loadcast_write_queue_length{${own},sink="influxdb"}`, () => 0);
  gauge(`loadcast_write_dropped_total{${own},sink="influxdb"}`, () => 0);
  counter(`process_cpu_seconds_total{${own}}`, 0.2);
  gauge(`process_resident_memory_bytes{${own}}`, () => 2e8);
  gauge(`nodejs_heap_size_used_bytes{${own}}`, () => 1e8);
  gauge(`nodejs_eventloop_lag_p99_seconds{${own}}`, () => 0.011);
  return out;
}
