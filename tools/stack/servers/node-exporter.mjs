import { answers, freePort, launch, makeHome } from "../launch.mjs";

/**
 * Starts a node exporter: this machine's own metrics.
 *
 * @param {{ dir?: string, port?: number }} [options]
 * @returns {Promise<import("../launch.mjs").RunningServer>}
 */
export async function startNodeExporter({ dir, port } = {}) {
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  return launch({
    name: "node-exporter",
    command: "prometheus-node-exporter",
    args: [`--web.listen-address=${address}`],
    url: `http://${address}`,
    healthy: () => answers(`http://${address}/metrics`),
    home: makeHome("node-exporter", dir),
  });
}
