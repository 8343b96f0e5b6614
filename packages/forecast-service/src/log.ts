export const LOG_LEVELS = ["silent", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Words for people. They go to stderr: stdout belongs to the output of commands. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export function createLog(level: LogLevel, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const threshold = LOG_LEVELS.indexOf(level);
  const at = (name: LogLevel, prefix: string) => {
    if (LOG_LEVELS.indexOf(name) > threshold) return () => {};
    return (message: string) => write(`${new Date().toISOString().slice(11, 19)} ${prefix}${message}\n`);
  };
  return { debug: at("debug", ""), info: at("info", ""), warn: at("warn", "warning: ") };
}

export const silentLog: Log = createLog("silent");
