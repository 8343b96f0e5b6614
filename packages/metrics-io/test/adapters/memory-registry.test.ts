import { memoryRegistry } from "../../src/index.js";
import { describeRegistry } from "../conformance/registry.js";

describeRegistry("memoryRegistry", { create: async () => memoryRegistry() });
