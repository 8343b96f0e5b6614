import { inlineExecutor } from "../../src/executor/inline.js";
import { describeExecutor } from "./conformance.js";

describeExecutor("inline", { create: inlineExecutor, stopsRunning: false });
