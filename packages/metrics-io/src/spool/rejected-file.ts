import { open, rename, stat } from "node:fs/promises";
import { join } from "node:path";

/** When the file has this much it becomes rejected.1.ndjson, and a new one is begun. */
const MAX_BYTES = 16 * 2 ** 20;

/** Appends lines of JSON to `rejected.ndjson` in a folder; each is on the disk when the promise resolves. */
export function rejectedFile(dir: string) {
  const path = join(dir, "rejected.ndjson");
  return async (entry: unknown): Promise<void> => {
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    if (size > MAX_BYTES) await rename(path, join(dir, "rejected.1.ndjson"));
    const file = await open(path, "a");
    try {
      await file.appendFile(`${JSON.stringify(entry)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  };
}
