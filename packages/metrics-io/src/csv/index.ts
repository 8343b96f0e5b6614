/** The part of this package that needs neither Node nor a database, for web pages. */
export { AdapterError } from "../errors.js";
export { addSteps, detectStep, type Step, toGrid } from "../step.js";
export { type CsvOptions, type CsvSeries, parseCsvSeries } from "./parse.js";
export { type PastedOptions, type PastedSeries, readPasted } from "./pasted/read.js";
