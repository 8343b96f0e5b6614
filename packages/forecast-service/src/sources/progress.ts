import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { describeError } from "../errors.js";
import type { Log } from "../log.js";

/** What of a metric is in the store already: since ≤ time < until. */
export interface Span {
  readonly since: number;
  readonly until: number;
}

/** How far each source has been read, kept over restarts. */
export interface Progress {
  span(source: string, metric: string): Span | null;
  setSpan(source: string, metric: string, span: Span): void;
  /** What a file looked like when it was read last. */
  fingerprint(source: string): string | null;
  setFingerprint(source: string, fingerprint: string): void;
  save(): Promise<void>;
}

const documentSchema = z.object({
  format: z.literal(1),
  spans: z.record(z.string(), z.record(z.string(), z.object({ since: z.number(), until: z.number() }))),
  files: z.record(z.string(), z.string()),
});
type Document = z.output<typeof documentSchema>;

/** Progress that ends with the process. */
export function memoryProgress(): Progress {
  return keep({ format: 1, spans: {}, files: {} }, async () => {});
}

/**
 * Progress in a small file, written beside its place and renamed, so that a kill leaves the old one or the new one. Without it, or where it
 * cannot be read, everything is read again: the store takes the same sample twice without harm.
 */
export async function fileProgress(file: string, log: Log): Promise<Progress> {
  let document: Document = { format: 1, spans: {}, files: {} };
  try {
    document = documentSchema.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      log.warn(`${file} cannot be used, so sources are read from the start: ${describeError(error).slice(0, 200)}`);
    }
  }
  return keep(document, async (content) => {
    await mkdir(dirname(file), { recursive: true });
    const part = `${file}.part`;
    const handle = await open(part, "w");
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  });
}

function keep(document: Document, write: (content: string) => Promise<void>): Progress {
  /** One write after the other: two at once would share the file beside. */
  let writing: Promise<void> = Promise.resolve();
  return {
    span: (source, metric) => document.spans[source]?.[metric] ?? null,
    setSpan(source, metric, span) {
      document.spans[source] ??= {};
      document.spans[source][metric] = { ...span };
    },
    fingerprint: (source) => document.files[source] ?? null,
    setFingerprint(source, fingerprint) {
      document.files[source] = fingerprint;
    },
    save() {
      const run = writing.then(() => write(`${JSON.stringify(document)}\n`));
      writing = run.catch(() => {});
      return run;
    },
  };
}
