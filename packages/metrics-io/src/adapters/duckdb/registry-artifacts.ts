import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import type { CheckedArtifact } from "../../registry/check.js";

/** An artifact as it lies in the database. */
export interface PackedArtifact {
  readonly path: string;
  readonly contentType: string;
  readonly compression: "gzip" | "none";
  readonly body: Uint8Array;
}

const gzipInBackground = promisify(gzip);

/** Compresses where it helps, on another thread: a large document takes longer than the event loop may be held up. */
export async function packArtifact({ path, contentType, body }: CheckedArtifact): Promise<PackedArtifact> {
  if (body.length > 200) {
    const packed = await gzipInBackground(body, { level: 5 });
    if (packed.length < 0.9 * body.length) return { path, contentType, compression: "gzip", body: packed };
  }
  return { path, contentType, compression: "none", body };
}

/** Unpacks at once: it takes less than handing the work to another thread does. */
export function unpackArtifact(compression: string, body: Uint8Array): Uint8Array {
  return compression === "gzip" ? gunzipSync(body) : Uint8Array.from(body);
}
