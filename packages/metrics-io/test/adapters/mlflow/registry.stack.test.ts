import { afterAll, beforeAll, describe } from "vitest";
import { missing, startServer } from "../../../../../tools/stack/index.mjs";
import { mlflowRegistry } from "../../../src/index.js";
import { describeRegistry } from "../../conformance/registry.js";
import { emptyMlflow } from "../../servers/mlflow-place.js";

const without = missing("mlflow");

describe.skipIf(without !== "")(`mlflowRegistry${without}`, () => {
  let server: Awaited<ReturnType<typeof startServer<"mlflow">>>;
  let next = 0;
  beforeAll(async () => {
    server = await startServer("mlflow");
  });
  afterAll(() => server?.stop());

  describeRegistry("mlflowRegistry", {
    async create() {
      await emptyMlflow(server.url);
      return mlflowRegistry({ url: server.url, experiment: `test ${next++}` });
    },
  });
});
