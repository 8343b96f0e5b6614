export const LOG_LEVELS = ["silent", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Words for people. They go to stderr: stdout belongs to the output of commands. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

/** @param level read anew for every line, where it is a function: it may change while the service runs */
export function createLog(
  level: LogLevel | (() => LogLevel),
  write: (line: string) => void = (line) => process.stderr.write(line),
): Log {
  const threshold = () => LOG_LEVELS.indexOf(typeof level === "function" ? level() : level);
  const at = (name: LogLevel, prefix: string) => (message: string) => {
    if (LOG_LEVELS.indexOf(name) <= threshold()) {
      write(`${new Date().toISOString().slice(11, 19)} ${prefix}${message}\n`);
    }
  };
  return { debug: at("debug", ""), info: at("info", ""), warn: at("warn", "warning: ") };
}

export const silentLog: Log = createLog("silent");
