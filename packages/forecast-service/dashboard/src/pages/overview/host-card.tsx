import { formatSentence } from "../../format.js";
import { byMetric } from "../../names.js";
import { SyntheticBadge } from "../../view/badge.js";
import { Icon } from "../../view/icon.js";
import type { Host } from "./feed.js";
import { Tile } from "./tile.js";

interface HostCardProps {
  readonly host: Host;
  readonly tiles: number;
  readonly now: number;
  readonly position: number;
  readonly total: number;
}

/** Attention, from 0 to 1, from here on is shown as a warning, below it as a remark. */
const SERIOUS = 0.4;

export function HostCard({ host, tiles, now, position, total }: HostCardProps) {
  const serious = host.attention >= SERIOUS;
  return (
    <article
      class={host.why === null ? "host-card" : serious ? "host-card host-card-serious" : "host-card host-card-remark"}
      aria-label={host.host}
      aria-posinset={position}
      aria-setsize={total}
    >
      <header class="host-head">
        <h2 title={host.host}>{host.host}</h2>
        {host.synthetic && <SyntheticBadge />}
      </header>
      {host.why !== null && (
        <p class="host-why" title={host.why}>
          <Icon name={serious ? "alert" : "diamond"} />
          <span class="host-why-words">{formatSentence(host.why, now)}</span>
        </p>
      )}
      <div
        class={tiles === 1 ? "host-tiles host-tiles-one" : "host-tiles"}
        style={{ gridTemplateColumns: `repeat(${tiles}, minmax(0, 1fr))` }}
      >
        {[...host.series]
          .sort((a, b) => byMetric(a.metric, b.metric))
          .map((entry) => (
            <Tile key={entry.id} entry={entry} now={now} />
          ))}
      </div>
    </article>
  );
}
