import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { mlflowPython } from "../install/mlflow.mjs";
import { answers, freePort, launch, makeHome } from "../launch.mjs";

/**
 * @typedef {object} MlflowOptions
 * @property {string} [dir] folder for its data; a new one by default
 * @property {number} [port]
 * @property {NodeJS.ProcessEnv} [env] further settings, such as the names under which it may be reached
 * @property {{ username: string, password: string }} [admin] asks for a password; of at least 12 characters. None by default
 */

/**
 * Starts MLflow as deploy/ does: SQLite, artifacts through the server, one worker.
 *
 * @param {MlflowOptions} [options]
 * @returns {Promise<import("../launch.mjs").RunningServer>}
 */
export async function startMlflow({ dir, port, env = {}, admin } = {}) {
  const python = /** @type {string} */ (mlflowPython());
  const home = makeHome("mlflow", dir);
  const at = port ?? (await freePort());
  const url = `http://127.0.0.1:${at}`;
  const accounts = join(home.folder, "basic_auth.ini");
  if (admin)
    writeFileSync(
      accounts,
      [
        "[mlflow]",
        "default_permission = READ",
        `database_uri = sqlite:///${home.folder}/accounts.db`,
        `admin_username = ${admin.username}`,
        `admin_password = ${admin.password}`,
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth",
        "",
      ].join("\n"),
    );
  return launch({
    name: "mlflow",
    command: python,
    args: [
      ...["-m", "mlflow", "server", "--host", "127.0.0.1", "--port", String(at), "--workers", "1"],
      ...["--backend-store-uri", `sqlite:///${home.folder}/mlflow.db`],
      ...["--serve-artifacts", "--artifacts-destination", join(home.folder, "artifacts")],
      ...(admin ? ["--app-name", "basic-auth"] : []),
    ],
    env: {
      MLFLOW_DISABLE_TELEMETRY: "true",
      DO_NOT_TRACK: "true",
      MLFLOW_SERVER_ALLOWED_HOSTS: `127.0.0.1:${at},localhost:${at}`,
      // As in compose.yaml.
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
      ...env,
      ...(admin && {
        MLFLOW_AUTH_CONFIG_PATH: accounts,
        MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(24).toString("hex"),
      }),
    },
    url,
    healthy: () => answers(`${url}/health`),
    // It creates its tables first, and imports half of Python's numerics before that.
    patienceSeconds: 240,
    home,
  });
}
