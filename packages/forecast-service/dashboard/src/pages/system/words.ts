/** What the parts of the service do, in plain words, and sizes as people read them. */

const STEPS: Readonly<Record<string, string>> = {
  ingest: "reads new values from the sources",
  preprocess: "puts them on a regular grid, gaps included",
  train: "searches and fits models",
  gate: "holds a new model against the one in use and simple rules",
  register: "stores the model under a version",
  infer: "makes the forecast of the next four hours",
  write: "stores it and sends it to the sinks",
  monitor: "holds earlier forecasts against what came",
};

const JOBS: Readonly<Record<string, string>> = {
  collect: "Collect values",
  ingest: "Collect values",
  predict: "Make forecasts",
  infer: "Make forecasts",
  monitor: "Watch the accuracy",
  train: "Train models",
  retention: "Thin out old values",
};

/** The order in which data flow; steps that are not known come last. */
const FLOW = Object.keys(STEPS);

export function stepWords(name: string): string {
  return STEPS[name] ?? "";
}

export function jobName(name: string): string {
  return JOBS[name] ?? name;
}

export function inOrder<T extends { readonly name: string }>(steps: readonly T[]): T[] {
  const place = (name: string) => (FLOW.includes(name) ? FLOW.indexOf(name) : FLOW.length);
  return [...steps].sort((a, b) => place(a.name) - place(b.name));
}

/** `14.8 s`, `12 ms`: three digits at most. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return "–";
  if (seconds < 0.0995) return `${Math.max(1, Math.round(seconds * 1000))}\u202fms`;
  if (seconds < 120) return `${seconds < 10 ? seconds.toFixed(2) : seconds.toFixed(1)}\u202fs`;
  return `${Math.round(seconds / 60)}\u202fmin`;
}

/** `205 MB`, in powers of ten as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = bytes;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size < 10 && unit > 0 ? size.toFixed(1) : Math.round(size)}\u202f${units[unit]}`;
}

export function formatCount(count: number): string {
  return new Intl.NumberFormat("en-GB").format(count);
}
