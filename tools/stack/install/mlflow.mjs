import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runCommand } from "../run-command.mjs";
import { place, placed } from "./place.mjs";

const VERSION = "3.17.2";

/** The Python that has MLflow: `python -m mlflow server`. */
export const mlflowPython = () => placed(`mlflow-${VERSION}/bin/python`);
export const mlflowVersion = VERSION;

/** @param {import("./place.mjs").InstallOptions} options */
export async function installMlflow(options) {
  const fits = "import sys, venv, ensurepip; assert sys.version_info >= (3, 10)";
  const python = ["python3", "python3.12", "python3.11"].find(
    (name) => spawnSync(name, ["-c", fits], { stdio: "ignore" }).status === 0,
  );
  if (!python) throw new Error("Python 3.10 or newer with venv is needed: https://python.org");
  await place(`mlflow-${VERSION}`, async (draft) => {
    await runCommand(python, ["-m", "venv", draft], options);
    // Wheels only: compiling its numerical parts takes an hour. The extra is the server's password check.
    const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    await runCommand(join(draft, "bin/python"), [...pip, `mlflow[auth]==${VERSION}`], options);
  });
}
