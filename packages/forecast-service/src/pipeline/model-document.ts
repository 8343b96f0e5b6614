import { gunzipSync } from "node:zlib";
import { type Fitted, fromJSON } from "sarima-core";

/** A model as it is kept: the text of `toJSON`, or the bytes that a registry has of it (`ModelRegistry.document`). */
export type ModelDocument = string | Uint8Array;

/** @throws SarimaError `INVALID_DOCUMENT`; Error where bytes that begin as gzip are none */
export function readModel(document: ModelDocument): Fitted {
  if (typeof document === "string") return fromJSON(document);
  const packed = document[0] === 0x1f && document[1] === 0x8b;
  const { buffer, byteOffset, byteLength } = packed ? gunzipSync(document) : document;
  return fromJSON(Buffer.from(buffer, byteOffset, byteLength).toString("utf8"));
}
