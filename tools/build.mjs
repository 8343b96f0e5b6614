// Installs, then compiles what changed: the packages with tsc, which knows by itself, and the dashboard with Vite.
import "./setup.mjs";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail, root, run } from "./run.mjs";
import { whenChanged } from "./stamp.mjs";

const SERVICE = "packages/forecast-service";
const PAGE = `${SERVICE}/dashboard`;

if (!existsSync(join(root, SERVICE, "dist/index.js"))) console.error("loadcast: building");
if (run("tsc", ["-b"], { output: "stderr" }) !== 0) fail("the packages could not be compiled (see above).");

if (existsSync(join(root, PAGE)))
  whenChanged(`${SERVICE}/dist/dashboard/.stamp`, [PAGE, `${SERVICE}/src/http/contract.ts`, "pnpm-lock.yaml"], () => {
    if (run("vite", ["build", "dashboard", "--logLevel", "warn"], { output: "stderr", cwd: SERVICE }) !== 0)
      fail("the dashboard could not be built (see above).");
  });
