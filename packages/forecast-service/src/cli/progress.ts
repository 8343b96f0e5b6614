/** How far long work is. */
export interface Progress {
  /** From 0 to 1, and what is being done. */
  update(share: number, words?: string): void;
  /** Takes the bar off the screen. */
  end(): void;
}

const NONE: Progress = { update() {}, end() {} };

/** A bar on standard error where that is a terminal; nothing in a pipe or a log. */
export async function showProgress(title: string, stream: NodeJS.WriteStream = process.stderr): Promise<Progress> {
  if (!stream.isTTY) return NONE;
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar({
    format: `${title} {bar} {percentage} %  {words}`,
    barCompleteChar: "█",
    barIncompleteChar: "░",
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
    stream,
  });
  bar.start(1000, 0, { words: "" });
  return {
    update: (share, words) => bar.update(Math.round(1000 * share), words === undefined ? undefined : { words }),
    end: () => bar.stop(),
  };
}
