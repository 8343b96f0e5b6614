import { connect } from "node:net";
import { freePort, launch, makeHome } from "../launch.mjs";

/**
 * @typedef {object} RedisOptions
 * @property {string} [dir] folder for its data; a new one by default
 * @property {number} [port]
 * @property {string} [password] none by default
 */

/**
 * Starts Redis with every write on disk before it is confirmed, so that `kill` and `restart` lose nothing.
 *
 * @param {RedisOptions} [options]
 * @returns {Promise<import("../launch.mjs").RunningServer>} its url is `redis://…`, with the password when there is one
 */
export async function startRedis({ dir, port, password } = {}) {
  const home = makeHome("redis", dir);
  const at = port ?? (await freePort());
  return launch({
    name: "redis",
    command: "redis-server",
    args: [
      ...["--bind", "127.0.0.1", "--port", String(at), "--dir", home.folder],
      ...["--appendonly", "yes", "--appendfsync", "always", "--save", ""],
      // What BullMQ asks for: a queue must not be thrown out to make room.
      ...["--maxmemory-policy", "noeviction"],
      ...(password ? ["--requirepass", password] : []),
    ],
    url: `redis://${password ? `:${password}@` : ""}127.0.0.1:${at}`,
    healthy: () => ping(at),
    home,
  });
}

/** @param {number} port @returns {Promise<boolean>} */
function ping(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.setTimeout(1000, () => socket.destroy());
    // One with a password refuses, but it is up; one that still reads its data says LOADING.
    socket.once("data", (answer) => {
      resolve(/^(\+PONG|-NOAUTH)/.test(String(answer)));
      socket.destroy();
    });
    socket.once("error", () => {});
    socket.once("close", () => resolve(false));
  });
}
