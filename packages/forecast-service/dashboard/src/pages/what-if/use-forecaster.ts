import { useEffect, useRef, useState } from "preact/hooks";
import type { Columns, Command, Outcome, ReadSeries, Reply, Settings } from "./contract.js";

export interface Forecaster {
  readonly series: ReadSeries | null;
  readonly readError: string | null;
  readonly outcome: Outcome | null;
  readonly runError: string | null;
  /** Null while nothing runs. */
  readonly progress: { readonly words: string; readonly share: number | null; readonly since: number } | null;
  /** True from the first letter typed: `series` is still what was read before. */
  readonly reading: boolean;
  /** Reads after a pause, where more may follow. */
  read(text: string, columns: Columns, pauseMillis?: number): void;
  run(settings: Settings): void;
  cancel(): void;
}

type State = Omit<Forecaster, "read" | "run" | "cancel">;

const IDLE: State = { series: null, readError: null, outcome: null, runError: null, progress: null, reading: false };

/** A worker that reads and forecasts. Cancelling ends it, whatever it does; the next one reads the same text again. */
export function useForecaster(): Forecaster {
  const [state, setState] = useState<State>(IDLE);
  const worker = useRef<Worker | null>(null);
  const table = useRef<Extract<Command, { kind: "read" }> | null>(null);
  const pause = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const change = (next: Partial<State>) => setState((now) => ({ ...now, ...next }));

  function start(): Worker {
    if (worker.current) return worker.current;
    const made = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    made.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (worker.current !== made) return;
      if (data.kind === "series") change({ series: data.series, readError: null, reading: false });
      else if (data.kind === "progress") {
        const { words, share } = data;
        setState((now) => ({ ...now, progress: { words, share, since: now.progress?.since ?? Date.now() } }));
      } else if (data.kind === "outcome") change({ outcome: data.outcome, progress: null });
      else if (data.during === "read") change({ series: null, readError: data.words, reading: false });
      else change({ runError: data.words, progress: null });
    };
    made.onerror = (event) => {
      event.preventDefault();
      end();
      change({
        reading: false,
        progress: null,
        runError: "The calculation could not be started. Loadcast may have been updated: reload the page.",
      });
    };
    worker.current = made;
    return made;
  }

  function end(): void {
    worker.current?.terminate();
    worker.current = null;
  }

  useEffect(
    () => () => {
      clearTimeout(pause.current);
      end();
    },
    [],
  );

  return {
    ...state,
    read(text, columns, pauseMillis = 0) {
      clearTimeout(pause.current);
      // What was computed of the table before must not come after this.
      end();
      if (text.trim() === "") {
        table.current = null;
        setState(IDLE);
        return;
      }
      const command: Command = { kind: "read", text, columns };
      table.current = command;
      change({ reading: true, progress: null });
      pause.current = setTimeout(() => {
        change({ outcome: null, runError: null });
        start().postMessage(command);
      }, pauseMillis);
    },
    run(settings) {
      change({ runError: null, progress: { words: "Starting", share: null, since: Date.now() } });
      start().postMessage({ kind: "run", settings } satisfies Command);
    },
    cancel() {
      end();
      change({ progress: null });
      if (table.current) start().postMessage(table.current);
    },
  };
}
