import type { ForecastStep } from "../../../../src/http/contract.js";

/** One line for each step: time in UTC, mean, median, and the ends of each interval, as `loadcast forecast --format csv` names them. */
export function forecastCsv(steps: readonly ForecastStep[]): string {
  const levels = steps[0]?.intervals.map(({ level }) => Math.round(level * 1000) / 10) ?? [];
  const head = ["step", "time", "mean", "median", ...levels.flatMap((level) => [`lower${level}`, `upper${level}`])];
  const lines = steps.map(({ step, time, mean, median, intervals }) =>
    [step, time ?? "", mean, median, ...intervals.flatMap(({ lower, upper }) => [lower, upper])].join(","),
  );
  return `${head.join(",")}\n${lines.join("\n")}\n`;
}
