/**
 * What piscina loads in a thread. It would `require` the module itself, and a thread that is stopped while Node 20 requires an ES module
 * takes the whole process with it (FATAL ERROR: v8::ToLocalChecked); one that is stopped while it imports just ends.
 */
export = import("./worker.js").then((module) => module.default);
