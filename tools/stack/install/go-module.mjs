import { chmodSync, cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onPath, output, runCommand } from "../run-command.mjs";

/**
 * Builds one program of a Go module.
 *
 * @param {object} build
 * @param {string} build.module such as `github.com/influxdata/telegraf`
 * @param {string} build.version such as `v1.39.2`
 * @param {string} build.program folder of the program in the module, such as `./cmd/telegraf`
 * @param {Readonly<Record<string, URL>>} [build.add] files to put into the module, by their path in it
 * @param {readonly string[]} [build.tags]
 * @param {string} [build.ldflags]
 * @param {NodeJS.ProcessEnv} [build.env]
 * @param {string} build.source folder for the module's files, for the time of the build: Go's own copy is read-only, and C parts are
 *   built in it
 * @param {string} build.target file of the finished program
 * @param {import("./place.mjs").InstallOptions} options
 */
export async function buildGoModule(
  { module, version, program, add = {}, tags = [], ldflags = "-s -w", env = {}, source, target },
  { log, signal },
) {
  if (!onPath("go")) throw new Error("Go is needed: https://go.dev/dl");
  const full = { ...process.env, ...env };
  const downloaded = JSON.parse(
    await output("go", ["mod", "download", "-json", `${module}@${version}`], { env: full, ...(signal && { signal }) }),
  );
  cpSync(downloaded.Dir, source, { recursive: true });
  makeWritable(source);
  for (const [path, file] of Object.entries(add)) cpSync(file, join(source, path));
  await runCommand(
    // Low priority: people and tests come first.
    "nice",
    ["-n", "5", "go", "build", "-buildvcs=false", "-tags", tags.join(","), "-ldflags", ldflags, "-o", target, program],
    { log, cwd: source, env: full, ...(signal && { signal }) },
  );
  rmSync(source, { recursive: true });
}

/** @param {string} folder */
function makeWritable(folder) {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) makeWritable(path);
    else if (entry.isFile()) chmodSync(path, 0o644);
  }
}
