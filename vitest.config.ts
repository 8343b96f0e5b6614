import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const seed = fileURLToPath(new URL("tools/property-seed.mjs", import.meta.url));

const project = (name: string, root: string) => ({
  test: {
    name,
    root,
    include: ["test/**/*.test.ts"],
    exclude: ["**/*.stack.test.ts", "**/node_modules/**"],
    setupFiles: [seed],
    testTimeout: 120_000,
    // A machine of others may stand still for a minute: what fails for that alone is tried again, and named by the reporter.
    retry: process.env.CI ? 1 : 0,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("sarima-core", "packages/sarima-core"),
      project("metrics-io", "packages/metrics-io"),
      project("forecast-service", "packages/forecast-service"),
      project("tools", "tools"),
    ],
    // Processes, not threads: DuckDB and the workers of the service load native code.
    pool: "forks",
    maxWorkers: "100%",
    reporters: ["default", "./tools/count-reporter.mjs"],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "html"],
    },
  },
});
