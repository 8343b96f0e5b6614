/** How typed arrays are named on the way. All machines that Node runs on today store numbers in the same byte order. */
const ARRAYS = { f64: Float64Array, f32: Float32Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array } as const;
type ArrayName = keyof typeof ARRAYS;

/**
 * Plain data → data that JSON keeps whole: a typed array becomes its bytes in base64 (11 characters a number, where decimals take 18),
 * and the numbers that JSON has no word for become texts. Keys that begin with $ are taken; what is undefined is left out.
 *
 * @throws TypeError for what is no plain data: functions, symbols, big integers, dates, maps
 */
export function pack(value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) && !Object.is(value, -0) ? value : { $n: nameOf(value) };
  if (value === null || typeof value === "string" || typeof value === "boolean" || value === undefined) return value;
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : pack(item)));
  for (const [name, type] of Object.entries(ARRAYS)) {
    if (value instanceof type) {
      return { [`$${name}`]: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
    }
  }
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new TypeError(`a job takes plain data, not ${Object.prototype.toString.call(value)}`);
  }
  const entries = Object.entries(value as object);
  for (const [key] of entries) if (key.startsWith("$")) throw new TypeError(`the key ${key} is taken by the encoding`);
  return Object.fromEntries(entries.map(([key, item]) => [key, pack(item)]));
}

/** The inverse of {@link pack}, after any number of passages through JSON. */
export function unpack(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(unpack);
  const entries = Object.entries(value);
  const [first] = entries;
  if (first?.[0] === "$n") return first[1] === "-0" ? -0 : Number(first[1]);
  if (first?.[0].startsWith("$")) {
    const bytes = Buffer.from(String(first[1]), "base64");
    const type = ARRAYS[first[0].slice(1) as ArrayName];
    // A copy, because a Buffer may begin anywhere in its pool and a Float64Array may not.
    return new type(new Uint8Array(bytes).buffer);
  }
  return Object.fromEntries(entries.map(([key, item]) => [key, unpack(item)]));
}

const nameOf = (value: number) => (Object.is(value, -0) ? "-0" : String(value));
