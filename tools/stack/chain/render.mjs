import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../run.mjs";

/** Folders of deploy/ with files that name other services. */
const FOLDERS = ["prometheus", "telegraf", "loadcast"];

/**
 * The configuration of deploy/ for this machine: the very files, with addresses on loopback where Compose has names of services.
 *
 * @param {object} to
 * @param {string} to.folder takes the files
 * @param {string} to.secrets folder with the secrets
 * @param {Readonly<Record<string, string>>} to.addresses by name and port in Compose: `{ "influxdb:8086": "127.0.0.1:8086" }`
 */
export function render({ folder, secrets, addresses }) {
  for (const name of FOLDERS) {
    rmSync(join(folder, name), { recursive: true, force: true });
    cpSync(join(root, "deploy", name), join(folder, name), { recursive: true });
    for (const file of readdirSync(join(folder, name), { recursive: true, encoding: "utf8" })) {
      const path = join(folder, name, file);
      if (!/\.(ya?ml|conf)$/.test(file)) continue;
      writeFileSync(path, placed(readFileSync(path, "utf8"), secrets, addresses));
    }
  }
}

/** @param {string} text @param {string} secrets @param {Readonly<Record<string, string>>} addresses */
function placed(text, secrets, addresses) {
  let out = text.replaceAll("/run/secrets", secrets);
  // As a whole word: "loadcast:8080" is not in "my-loadcast:8080".
  for (const [from, to] of Object.entries(addresses))
    out = out.replace(new RegExp(`(?<![\\w.-])${from}(?!\\d)`, "g"), to);
  return out;
}
