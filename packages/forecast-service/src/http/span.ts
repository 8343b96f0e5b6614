import type { TimeSpan } from "../questions.js";

/** The times of a query in milliseconds; what is not asked for is left out. */
export function spanOf({ from, to }: { from?: string | undefined; to?: string | undefined }): TimeSpan {
  return {
    ...(from === undefined ? {} : { from: Date.parse(from) }),
    ...(to === undefined ? {} : { to: Date.parse(to) }),
  };
}
