import { defineConfig } from "vitest/config";

/** The suites that need a server which takes long to install or to start; `npm test` leaves them out. */
const project = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["test/**/*.stack.test.ts"],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    retry: process.env.CI ? 1 : 0,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("metrics-io", "packages/metrics-io"),
      project("forecast-service", "packages/forecast-service"),
      project("tools", "tools"),
    ],
    pool: "forks",
    maxWorkers: "100%",
    reporters: ["default", "./tools/count-reporter.mjs"],
  },
});
