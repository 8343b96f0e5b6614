import { closeSync, openSync } from "node:fs";

/** A second Ctrl-C within this time is the same one: npm passes on a signal that the terminal has sent to every process already. */
const SAME_SIGNAL = 1000;

/** Resolves with the first SIGINT or SIGTERM. Who presses Ctrl-C again later does not want to wait: the process ends at once. */
export function stopRequested(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = 0;
    const onSignal = (signal: NodeJS.Signals) => {
      if (first === 0) {
        first = Date.now();
        resolve(signal);
      } else if (Date.now() - first > SAME_SIGNAL) process.exit(130);
    };
    process.on("SIGINT", onSignal);
    process.on("SIGTERM", onSignal);
  });
}

/**
 * Calls back for every SIGHUP, which asks a service to read its settings again. The same signal comes when the terminal that it was started
 * in is closed: that ends it, as SIGTERM does.
 */
export function onHangUp(callback: () => void): () => void {
  const had = hasTerminal();
  const listener = () => {
    if (had && !hasTerminal()) process.kill(process.pid, "SIGTERM");
    else callback();
  };
  process.on("SIGHUP", listener);
  return () => process.off("SIGHUP", listener);
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
