/** Reads a table and forecasts it, in a thread of the browser: the page stays at hand, and nothing leaves it. */
import { readPasted, toGrid } from "@loadcast/metrics-io/csv";
import type { Columns, Command, ReadSeries, Reply } from "./contract.js";
import { runForecast } from "./run.js";

const scope = self as unknown as {
  onmessage: ((event: { data: Command }) => void) | null;
  postMessage(reply: Reply): void;
};

let series: ReadSeries | null = null;

scope.onmessage = ({ data: command }) => {
  try {
    if (command.kind === "read") {
      series = read(command.text, command.columns);
      scope.postMessage({ kind: "series", series });
    } else if (series) {
      const outcome = runForecast(series, command.settings, (words, share) =>
        scope.postMessage({ kind: "progress", words, share }),
      );
      scope.postMessage({ kind: "outcome", outcome });
    }
  } catch (error) {
    const words = error instanceof Error ? error.message.replace(/^csv: /, "") : String(error);
    scope.postMessage({ kind: "error", during: command.kind, words });
  }
};

function read(text: string, { time, value, group, apart }: Columns): ReadSeries {
  const stepMillis = apart * 60_000;
  const table = readPasted(text, {
    ...(time === "" ? {} : { timeColumn: time }),
    ...(value === "" ? {} : { valueColumn: value }),
    ...(group === "" ? {} : { group }),
    untimed: { stepMillis, end: Math.floor(Date.now() / stepMillis) * stepMillis },
  });
  const grid = toGrid(table, table.step);
  return {
    columns: table.columns,
    timed: table.timed,
    zoned: table.zoned,
    valueColumns: table.valueColumns,
    groups: table.groups,
    group: table.group,
    times: grid.times,
    values: grid.values,
    gaps: grid.values.reduce((count, one) => count + (Number.isNaN(one) ? 1 : 0), 0),
    duplicates: table.duplicates,
    stepMillis: table.step.millis,
    months: table.step.months,
    regular: table.step.regular,
  };
}
