import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { type CsvOptions, parseCsvSeries } from "../csv/parse.js";
import { AdapterError, asAdapterError } from "../errors.js";
import { sliceSamples, tidySamples } from "../samples.js";
import { checkKey, checkRange, seriesId, unknownSeries } from "../series.js";
import type { MetricSource, Samples, SeriesInfo, SeriesKey } from "../types.js";

const NAME = "csv";

export interface CsvSourceOptions extends Omit<CsvOptions, "name"> {
  readonly path: string;
  /** Default: "csv". */
  readonly host?: string;
  /** Default: the file's name without its ending. */
  readonly metric?: string;
}

/** One time,value file as a source with one series. The file is read once, by the first call; see {@link parseCsvSeries} for its form. */
export function csvSource(options: CsvSourceOptions): MetricSource {
  const { path } = options;
  if (typeof path !== "string" || path === "") {
    throw new AdapterError(NAME, `path must name a file, got ${JSON.stringify(path) ?? String(path)}`, {
      code: "INVALID_ARGUMENT",
    });
  }
  const key: SeriesKey = {
    host: options.host ?? "csv",
    metric: options.metric ?? basename(path, extname(path)),
  };
  checkKey(NAME, key);
  let loaded: Promise<Samples> | null = null;
  let closed = false;

  const load = (): Promise<Samples> => {
    if (closed) throw new AdapterError(NAME, "the source is closed; make a new one", { code: "CLOSED" });
    if (loaded === null) {
      loaded = readText(path).then((text) => {
        const { times, values } = parseCsvSeries(text, { ...options, name: path });
        return tidySamples(NAME, times, values);
      });
      loaded.catch(() => {
        loaded = null;
      });
    }
    return loaded;
  };

  return {
    name: NAME,

    async open() {
      await load();
    },

    async listSeries(): Promise<SeriesInfo[]> {
      const { times } = await load();
      const info = { ...key, id: seriesId(key), synthetic: false, count: times.length };
      return [times.length === 0 ? info : { ...info, first: times[0], last: times[times.length - 1] }];
    },

    async read(asked, range) {
      const samples = await load();
      checkKey(NAME, asked);
      checkRange(NAME, range);
      if (seriesId(asked) !== seriesId(key)) throw unknownSeries(NAME, asked);
      return sliceSamples(samples, range);
    },

    async close() {
      closed = true;
      loaded = null;
    },
  };
}

/** The text of a UTF-8 file. Throws AdapterError with one clear line when it cannot be read. */
async function readText(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT") {
      throw new AdapterError(NAME, `there is no file ${path}; check the path`, { code: "NOT_FOUND", cause: error });
    }
    if (code === "EISDIR") {
      throw new AdapterError(NAME, `${path} is a folder; name a file`, { code: "NOT_FOUND", cause: error });
    }
    if (code === "EACCES" || code === "EPERM") {
      throw new AdapterError(NAME, `${path} cannot be read (${code}); give this user read permission`, {
        code: "NOT_ALLOWED",
        cause: error,
      });
    }
    throw asAdapterError(NAME, `${path} cannot be read`, error);
  }
  if (bytes.includes(0)) {
    throw new AdapterError(NAME, `${path} is not a UTF-8 text; save it as CSV in UTF-8`, { code: "INVALID_DATA" });
  }
  return bytes.toString("utf8");
}
