import { answers, freePort, launch, makeHome } from "../launch.mjs";

/**
 * Starts a node exporter: this machine's own metrics, or with `textfiles` what the files `*.prom` of that folder say and nothing else.
 *
 * @param {{ dir?: string, port?: number, textfiles?: string }} [options]
 * @returns {Promise<import("../launch.mjs").RunningServer>}
 */
export async function startNodeExporter({ dir, port, textfiles } = {}) {
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  return launch({
    name: "node-exporter",
    command: "prometheus-node-exporter",
    args: [
      `--web.listen-address=${address}`,
      ...(textfiles === undefined
        ? []
        : ["--collector.disable-defaults", "--collector.textfile", `--collector.textfile.directory=${textfiles}`]),
    ],
    url: `http://${address}`,
    healthy: () => answers(`http://${address}/metrics`),
    home: makeHome("node-exporter", dir),
  });
}
