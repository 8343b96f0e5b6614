// `npm run test:stack`: installs, builds, runs the suites that need real servers (*.stack.test.ts). One whose server is not
// installed is skipped by name, or fails when LOADCAST_REQUIRE names the server. Further arguments are Vitest's.
import "./build.mjs";
import { run } from "./run.mjs";

process.exitCode = run("vitest", ["run", "--config", "vitest.stack.config.ts", ...process.argv.slice(2)]);
