/** What MLflow takes as the value of a parameter. */
export const LONGEST_VALUE = 6000;

export interface Parameter {
  readonly key: string;
  readonly value: string;
}

/**
 * Parameters as MLflow takes them: a value that is too long becomes several, "orders", "orders:2", "orders:3"… Names of ours have no
 * colon, so that `joinParameters` can tell.
 */
export function splitParameters(parameters: Readonly<Record<string, string>>): Parameter[] {
  return Object.entries(parameters).flatMap(([key, value]) => {
    const parts: Parameter[] = [];
    let at = 0;
    do {
      let end = Math.min(at + LONGEST_VALUE, value.length);
      // A character of two units stays whole.
      if (end < value.length && /[\ud800-\udbff]/.test(value[end - 1])) end--;
      parts.push({ key: parts.length === 0 ? key : `${key}:${parts.length + 1}`, value: value.slice(at, end) });
      at = end;
    } while (at < value.length);
    return parts;
  });
}

/** The inverse of `splitParameters`. */
export function joinParameters(parts: readonly Parameter[]): Record<string, string> {
  const whole = new Map<string, string[]>();
  for (const { key, value } of parts) {
    const [, name, number] = /^(.*?)(?::(\d+))?$/s.exec(key) as RegExpExecArray;
    const values = whole.get(name) ?? [];
    values[number === undefined ? 0 : Number(number) - 1] = value;
    whole.set(name, values);
  }
  return Object.fromEntries([...whole].map(([key, values]) => [key, values.join("")]));
}
