import { SarimaError } from "./errors.js";

/** Numbers as base64 of little-endian 64-bit floats: exact, and a third of the length of decimals. Node and browsers. */
export function encodeFloats(values: Float64Array): string {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat64(8 * i, values[i], true);
  const bytes = new Uint8Array(view.buffer);
  let binary = "";
  // A call takes some ten thousand arguments at most.
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** @throws SarimaError `INVALID_DOCUMENT` when `text` is not what `encodeFloats` writes. */
export function decodeFloats(text: unknown, name: string): Float64Array {
  const bad = (why: string) =>
    new SarimaError("INVALID_DOCUMENT", `${name} must be base64 of 64-bit floats; ${why}: save the model again`);
  if (typeof text !== "string") throw bad(`received ${typeof text}`);
  let binary: string;
  try {
    binary = atob(text);
  } catch {
    throw bad("it has other characters, or its end is missing");
  }
  if (binary.length % 8 !== 0) throw bad(`${binary.length} bytes are no multiple of 8`);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return Float64Array.from({ length: binary.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
}
