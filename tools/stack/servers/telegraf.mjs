import { setTimeout as sleep } from "node:timers/promises";
import { telegraf } from "../install/telegraf.mjs";
import { answers, launch, makeHome } from "../launch.mjs";

/**
 * Starts Telegraf.
 *
 * @param {object} options
 * @param {string} [options.dir] folder for its log; a new one by default
 * @param {string} options.config a telegraf.conf
 * @param {string} [options.health] address of its `outputs.health`; without one, Telegraf is taken for healthy when it has run
 *   for a second
 * @param {NodeJS.ProcessEnv} [options.env] variables that the configuration names
 * @returns {Promise<import("../launch.mjs").RunningServer>}
 */
export async function startTelegraf({ dir, config, health, env }) {
  return launch({
    name: "telegraf",
    command: /** @type {string} */ (telegraf()),
    args: ["--config", config],
    env: env ?? {},
    url: health ?? "",
    healthy: () => (health ? answers(health) : sleep(1000, true)),
    home: makeHome("telegraf", dir),
  });
}
