import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { stackFolder } from "../../stack/folder.mjs";
import { missing } from "../../stack/index.mjs";

/** One folder can be written to; everything else is read-only, and nobody has a capability: what compose.yaml lets a service do. */
const CONFINE = `
  mount --bind "$1" "$1" && mount -o remount,ro,bind / && shift &&
  exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"`;

const confined = ["-m", "--propagation", "private", "sh", "-c", CONFINE, "sh"];
const able = spawnSync("unshare", [...confined, tmpdir(), "true"]).status === 0;
const without =
  missing("node-exporter", "prometheus", "influxdb", "telegraf", "mlflow", "redis") ||
  (able ? "" : " (skipped, a file system can be made read-only by root alone, on Linux)");

it.skipIf(without)(`every server does its work with no more rights than compose.yaml gives it${without}`, async () => {
  const dir = mkdtempSync(join(tmpdir(), "loadcast-confined-"));
  try {
    mkdirSync(join(dir, "tmp"));
    const program = fileURLToPath(new URL("confined-chain.mjs", import.meta.url));
    const env = { ...process.env, TMPDIR: join(dir, "tmp"), HOME: "/nonexistent", LOADCAST_STACK: stackFolder };
    const command = [...confined, dir, process.execPath, program, join(dir, "chain")];
    const { stdout } = await promisify(execFile)("unshare", command, { env });
    expect(JSON.parse(stdout)).toEqual({
      wrote: "EROFS",
      capabilities: "0000000000000000",
      model: expect.stringContaining("demo"),
      forecast: true,
      measured: true,
      ailing: [],
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
});
