import type { IncomingMessage } from "node:http";

/** What is read of a body that nobody wants, and for how long: whoever sends more than that is cut off. */
const MOST_BYTES = 128 * 2 ** 20;
const MOST_MILLIS = 5000;

/**
 * Reads the rest of a body that is refused, and forgets it. A connection that is closed while its client still sends is reset, and the
 * client then often loses the answer that says why.
 */
export function readToTheEnd(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let read = 0;
    const done = () => {
      clearTimeout(timer);
      request.off("data", count).off("end", done).off("close", done).off("error", done);
      resolve();
    };
    const count = (bytes: Buffer) => {
      read += bytes.length;
      if (read > MOST_BYTES) done();
    };
    const timer = setTimeout(done, MOST_MILLIS);
    request.on("data", count).on("end", done).on("close", done).on("error", done).resume();
  });
}
