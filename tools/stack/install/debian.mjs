import { onPath, runCommand } from "../run-command.mjs";

/**
 * Installs packages of Debian and its kin. They do not start by themselves where no init system runs, and need not.
 *
 * @param {readonly string[]} packages
 * @param {import("./place.mjs").InstallOptions} options
 */
export async function installDebian(packages, { log, signal }) {
  if (!onPath("apt-get"))
    throw new Error(`put ${packages.join(", ")} on the PATH; only Debian's packages are installed from here`);
  const root = process.getuid?.() === 0;
  if (!root && !onPath("sudo")) throw new Error(`apt-get install ${packages.join(" ")} needs root`);
  /** @param {string[]} args */
  const apt = (...args) => {
    const command = [
      "env",
      "DEBIAN_FRONTEND=noninteractive",
      "apt-get",
      "-qq",
      "-y",
      "-o",
      "DPkg::Lock::Timeout=300",
      ...args,
    ];
    const [first, ...rest] = root ? command : ["sudo", "-n", ...command];
    return runCommand(first, rest, { log, ...(signal && { signal }) });
  };
  await apt("update");
  await apt("install", "--no-install-recommends", ...packages);
}
