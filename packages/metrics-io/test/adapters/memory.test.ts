import { memoryStore } from "../../src/index.js";
import { describeSource } from "../conformance/source.js";
import { describeStore } from "../conformance/store.js";

const keys = [
  { host: "web-1", metric: "cpu_percent" },
  { host: "web-1", metric: "memory_percent" },
];

describeSource("memoryStore", {
  keys,
  async create(samples) {
    const store = memoryStore();
    await store.writeSamples(keys.map((key) => ({ ...key, ...samples })));
    return store;
  },
});

describeStore("memoryStore", { create: async () => memoryStore() });
