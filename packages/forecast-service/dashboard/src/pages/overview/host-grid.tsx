import { useEffect, useMemo, useRef } from "preact/hooks";
import { useLink } from "../../data/service.js";
import { useSecond } from "../../view/time.js";
import { useWidth } from "../../view/use-width.js";
import { rowsOf } from "../../virtual/rows.js";
import { useRows } from "../../virtual/use-rows.js";
import type { Feed, Host } from "./feed.js";
import { cardHeight, GAP, gridOf, rowsOfCards } from "./grid.js";
import { HostCard } from "./host-card.js";

interface HostGridProps {
  readonly feed: Feed;
  /** These are the hosts of before; others are on their way. */
  readonly late: boolean;
}

/** All hosts, of which only those in sight are drawn; the scroll bar tells the length of the whole. */
export function HostGrid({ feed, late }: HostGridProps) {
  const list = useRef<HTMLDivElement>(null);
  const width = useWidth(list);
  const { hosts, total } = feed.state();
  const { skew } = useLink();
  const now = Math.floor((useSecond() + skew) / 60_000) * 60_000; // nothing here is finer than a minute
  const { columns, tiles, narrow } = gridOf(width, feed.filter.metric ? 1 : 2);
  const cards = useMemo(() => rowsOfCards(hosts, columns), [hosts, columns]);
  const rows = useMemo(() => {
    const heights = cards.map((row) => Math.max(...row.map((host) => cardHeight(host, { tiles, narrow }))) + GAP);
    // Hosts that were not asked for yet take the space they will probably need.
    const missing = Math.ceil(total / columns) - cards.length;
    const usual = heights.length > 0 ? heights.reduce((sum, height) => sum + height, 0) / heights.length : 0;
    return rowsOf([...heights, ...Array.from({ length: Math.max(0, missing) }, () => usual)]);
  }, [cards, total, columns, tiles, narrow]);
  const { first, end, before, after } = useRows(rows, list);
  useEffect(() => feed.show(first * columns, end * columns), [feed, first, end, columns]);

  return (
    <div
      class={narrow ? "host-grid host-grid-narrow" : "host-grid"}
      ref={list}
      role="feed"
      aria-label="Hosts by who needs attention first"
      aria-busy={late}
    >
      <div style={{ height: `${before}px` }} />
      {width > 0 &&
        Array.from({ length: end - first }, (_, place) => first + place).map((row) => (
          <HostRow
            key={row}
            hosts={cards[row] ?? NONE}
            height={rows.topOf(row + 1) - rows.topOf(row) - GAP}
            columns={columns}
            tiles={tiles}
            now={now}
            position={row * columns + 1}
            total={total}
          />
        ))}
      <div style={{ height: `${after}px` }} />
    </div>
  );
}

const NONE: readonly Host[] = [];

interface HostRowProps {
  readonly hosts: readonly Host[];
  readonly height: number;
  readonly columns: number;
  readonly tiles: number;
  readonly now: number;
  readonly position: number;
  readonly total: number;
}

/** Rows that were there before are left as they are while others come into sight: scrolling draws only what is new. */
function HostRow({ hosts, height, columns, tiles, now, position, total }: HostRowProps) {
  return useMemo(
    () => (
      <div
        class="host-row"
        style={{
          height: `${height}px`,
          marginBottom: `${GAP}px`,
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        }}
      >
        {hosts.map((host, place) => (
          <HostCard key={host.host} host={host} tiles={tiles} now={now} position={position + place} total={total} />
        ))}
        {hosts.length === 0 && <div class="host-card host-card-empty skeleton" />}
      </div>
    ),
    // Hosts, not the array that holds them: a new page makes new arrays of the same hosts.
    [...hosts, hosts.length, height, columns, tiles, now, position, total],
  );
}
