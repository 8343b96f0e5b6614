import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { onPath, runCommand } from "../run-command.mjs";
import { buildGoModule } from "./go-module.mjs";
import { place, placed } from "./place.mjs";

const VERSION = "2.9.1";
/** Has Flux too, but neither buckets nor tokens of its own: what is there where version 2 cannot be built. */
const FALLBACK = "1.8.10";

/** @returns {{ program: string, version: string } | undefined} */
export function influxdb() {
  for (const version of [VERSION, FALLBACK]) {
    const program = placed(`influxdb-${version}/influxd`);
    if (program) return { program, version };
  }
  return undefined;
}

export const influxdbVersion = VERSION;

/**
 * Builds influxd from the Go module proxy: 10 to 25 minutes on two cores, most of them for Flux, which is written in Rust.
 *
 * @param {import("./place.mjs").InstallOptions & { say: (line: string) => void }} options
 */
export async function installInfluxdb(options) {
  try {
    await place(`influxdb-${VERSION}`, (draft) => buildVersion2(draft, options));
  } catch (error) {
    if (options.signal?.aborted) throw error;
    options.say(`InfluxDB ${VERSION} could not be built (${/** @type {Error} */ (error).message}); trying ${FALLBACK}`);
    await place(`influxdb-${FALLBACK}`, (draft) => buildVersion1(draft, options));
    options.say(`installed InfluxDB ${FALLBACK} with Flux instead of ${VERSION}`);
  }
}

/** @param {string} draft @param {import("./place.mjs").InstallOptions} options */
async function buildVersion2(draft, options) {
  if (!onPath("cargo")) throw new Error("Rust is needed: https://rustup.rs");
  const bin = join(draft, "build");
  mkdirSync(bin);
  // Flux denies warnings, and newer compilers know more of them than it was written for.
  const compiler = join(bin, "rustc-capped");
  writeFileSync(compiler, '#!/bin/sh\nrustc="$1"; shift\nexec "$rustc" "$@" --cap-lints warn\n');
  chmodSync(compiler, 0o755);

  /** Flux names a toolchain of its own, which would have to be downloaded from elsewhere. */
  const toolchain = { RUSTUP_TOOLCHAIN: "stable" };
  // It stands in for the system's pkg-config: asked for Flux, it compiles it.
  await runCommand("go", ["install", "github.com/influxdata/pkg-config@v0.3.0"], {
    ...options,
    env: { ...process.env, ...toolchain, GOBIN: bin },
  });
  await buildGoModule(
    {
      module: "github.com/influxdata/influxdb/v2",
      version: `v${VERSION}`,
      program: "./cmd/influxd",
      // Without the tag `assets`: the web page is not in the module.
      tags: ["sqlite_foreign_keys", "sqlite_json"],
      ldflags: `-s -w -X main.version=v${VERSION}`,
      env: {
        ...toolchain,
        PKG_CONFIG: join(bin, "pkg-config"),
        RUSTC_WRAPPER: compiler,
        PATH: [bin, process.env.PATH].join(delimiter),
      },
      source: join(draft, "source"),
      target: join(draft, "influxd"),
    },
    options,
  );
  rmSync(bin, { recursive: true });
}

/** @param {string} draft @param {import("./place.mjs").InstallOptions} options */
async function buildVersion1(draft, options) {
  await buildGoModule(
    {
      module: "github.com/influxdata/influxdb",
      version: `v${FALLBACK}`,
      program: "./cmd/influxd",
      ldflags: `-s -w -X main.version=v${FALLBACK}`,
      source: join(draft, "source"),
      target: join(draft, "influxd"),
    },
    options,
  );
}
