// Installs the packages when the lockfile or a manifest changed since the last time. Needs nothing but Node and npm:
// npx fetches the one pnpm version that runs on Node 20 without a setting on the machine.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

const PNPM = "pnpm@10.34.8";

if (Number.parseInt(process.versions.node, 10) < 20)
  fail(`Node 20 or newer is needed, this is ${process.version}. Install it from https://nodejs.org`);

const manifests = readdirSync(join(root, "packages")).map((name) => `packages/${name}/package.json`);

whenChanged("node_modules/.loadcast", ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests], () => {
  console.error("loadcast: installing packages");
  const args = [
    "-y",
    PNPM,
    "install",
    "--frozen-lockfile",
    "--config.confirm-modules-purge=false",
    "--config.update-notifier=false",
  ];
  if (run("npx", args, { output: "stderr" }) !== 0)
    fail("the packages could not be installed (see above). Check the network and the free disk space, then try again.");
});
