import { useEffect, useRef, useState } from "preact/hooks";
import type { SeriesEntry } from "../../../src/http/contract.js";
import { useAnswer, useService } from "../data/service.js";
import { formatValue } from "../format.js";
import { groupByHost, metricName } from "../names.js";
import { go } from "../navigate.js";
import { formatRoute, type Route, seriesRoute } from "../route.js";
import { rowsOf } from "../virtual/rows.js";
import { useRows } from "../virtual/use-rows.js";
import { Icon } from "./icon.js";

let open: (() => void) | null = null;

export function openFinder(): void {
  open?.();
}

/** Any series within a few letters: `/` or Ctrl K, some of its name, Enter. */
export function FinderDialog({ route }: { readonly route: Route }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    open = () => {
      setShown(true);
      dialog.current?.showModal();
    };
    const onKey = (event: KeyboardEvent) => {
      const typing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable]");
      const asked = (event.key === "/" && !typing) || (event.key === "k" && (event.ctrlKey || event.metaKey));
      if (!asked || event.altKey || dialog.current?.open) return;
      event.preventDefault();
      openFinder();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  useEffect(() => dialog.current?.close(), [route]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      class="finder"
      aria-label="Find a series"
      onClose={() => setShown(false)}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      {shown && <Finder onClose={() => dialog.current?.close()} />}
    </dialog>
  );
}

const ROW_PX = 44;

/** A text field that commands a list. As an object, because the types of both Preact and the linter know only `list`. */
const COMBOBOX = { role: "combobox", "aria-expanded": "true", "aria-controls": "finder-list" } as const;

function Finder({ onClose }: { readonly onClose: () => void }) {
  const { client } = useService();
  const { data, error } = useAnswer({ key: "series", ask: (signal) => client.series("", signal), atMost: 60_000 });
  const [sought, setSought] = useState("");
  const [active, setActive] = useState(0);
  const input = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = match(data ?? [], sought);
  const rows = rowsOf(found.map(() => ROW_PX));
  const seen = useRows(rows, list, box);
  useEffect(() => input.current?.focus(), []);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const top = active * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight)
      element.scrollTop = top + ROW_PX - element.clientHeight;
  }, [active]);

  function onKeyDown(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((now) => Math.min(found.length - 1, Math.max(0, now + step)));
    } else if (event.key === "Enter" && found[active]) {
      event.preventDefault();
      go(seriesRoute(found[active].id));
      onClose();
    }
  }
  return (
    <div class="finder-body">
      <div class="search">
        <Icon name="search" />
        <input
          ref={input}
          type="text"
          {...COMBOBOX}
          aria-label="Host or metric"
          aria-activedescendant={found.length > 0 ? `finder-${active}` : undefined}
          placeholder={data ? `Find among ${data.length} series` : "Find a series"}
          value={sought}
          onInput={(event) => {
            setSought(event.currentTarget.value);
            setActive(0);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" class="button button-quiet button-icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <div class="finder-box" ref={box}>
        {found.length === 0 && (
          <p class="finder-none">{error ? error.message : data ? `No series matches “${sought}”.` : "Loading…"}</p>
        )}
        <div id="finder-list" role="listbox" aria-label="Series" ref={list} style={{ height: `${rows.height}px` }}>
          {found.slice(seen.first, seen.end).map((entry, place) => {
            const row = seen.first + place;
            return (
              <a
                key={entry.id}
                id={`finder-${row}`}
                role="option"
                aria-selected={row === active}
                tabIndex={-1}
                class="finder-row"
                style={{ top: `${row * ROW_PX}px` }}
                href={formatRoute(seriesRoute(entry.id))}
                onClick={onClose}
              >
                <span class="finder-host">{entry.host}</span>
                <span class="finder-metric">{metricName(entry.metric)}</span>
                <span class="finder-value">
                  {entry.status === "forecast" ? formatValue(entry.last?.value, entry.unit) : entry.status}
                </span>
              </a>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** Every word must occur somewhere in host, metric or id. */
function match(series: readonly SeriesEntry[], sought: string): SeriesEntry[] {
  const words = sought.trim().toLowerCase().split(/\s+/);
  const found = series.filter((entry) => {
    const text = `${entry.id} ${metricName(entry.metric)}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return groupByHost(found).flatMap((group) => [...group.series]);
}
