import { defineConfig } from "vitest/config";

const project = (name: string) => ({
  test: { name, root: `packages/${name}`, include: ["test/**/*.test.ts"], testTimeout: 30_000 },
});

export default defineConfig({
  test: {
    projects: [project("sarima-core"), project("metrics-io"), project("forecast-service")],
    coverage: { provider: "v8", include: ["packages/*/src/**/*.ts"], reporter: ["text-summary", "html"] },
  },
});
