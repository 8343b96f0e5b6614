import { useState } from "preact/hooks";
import type { SeriesEntry } from "../../../src/http/contract.js";
import { formatValue } from "../format.js";
import { groupByHost, type HostGroup, metricName } from "../names.js";
import { formatRoute, type Range } from "../route.js";
import { Icon } from "./icon.js";

interface SeriesNavProps {
  readonly series: readonly SeriesEntry[];
  readonly chosen: string | null;
  readonly range: Range;
}

/** From this many series on, finding one by reading takes longer than typing. */
const SEARCH_FROM = 9;

/** Every series under its host: a list where there is room, the platform's own picker on small screens. */
export function SeriesNav({ series, chosen, range }: SeriesNavProps) {
  const [sought, setSought] = useState("");
  const words = sought.trim().toLowerCase();
  const found = series.filter((entry) =>
    `${entry.host} ${metricName(entry.metric)} ${entry.id}`.toLowerCase().includes(words),
  );
  const groups = groupByHost(found);
  return (
    <nav class="series-nav" aria-label="Series">
      <SeriesSelect groups={groupByHost(series)} chosen={chosen} range={range} />
      <div class="series-list">
        {series.length >= SEARCH_FROM && (
          <label class="search">
            <Icon name="search" />
            <span class="visually-hidden">Find a series</span>
            <input
              type="search"
              placeholder={`Find among ${series.length}`}
              value={sought}
              onInput={(event) => setSought(event.currentTarget.value)}
            />
          </label>
        )}
        {groups.map((group) => (
          <section key={group.host} aria-label={group.host}>
            <h2 class="host">
              <span class="host-name" title={group.host}>
                {group.host}
              </span>
              {group.synthetic && <SyntheticBadge />}
            </h2>
            <ul>
              {group.series.map((entry) => (
                <li key={entry.id}>
                  <SeriesLink entry={entry} current={entry.id === chosen} range={range} />
                </li>
              ))}
            </ul>
          </section>
        ))}
        {groups.length === 0 && <p class="series-none">No series matches “{sought}”.</p>}
      </div>
    </nav>
  );
}

export function SyntheticBadge() {
  return (
    <span class="badge badge-synthetic" title="Made-up data, to have something to look at before real history is there">
      synthetic
    </span>
  );
}

function SeriesLink({ entry, current, range }: { entry: SeriesEntry; current: boolean; range: Range }) {
  const value = entry.last?.value;
  return (
    <a class="series-link" href={formatRoute({ id: entry.id, range })} aria-current={current ? "page" : undefined}>
      <span class="series-name">{metricName(entry.metric)}</span>
      <StatusMark entry={entry} />
      <span class="series-value">{formatValue(value, entry.unit)}</span>
      {entry.unit === "percent" && (
        <svg class="series-meter" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true">
          <rect class="meter-track" width="100" height="3" />
          <rect class="meter-fill" width={Math.min(100, Math.max(0, value ?? 0))} height="3" />
        </svg>
      )}
    </a>
  );
}

/** Only what needs a word gets one: a series with a forecast is the normal case. */
function StatusMark({ entry }: { readonly entry: SeriesEntry }) {
  if (entry.status === "forecast") return null;
  const waiting = entry.status === "waiting";
  return (
    <span class={`mark mark-${entry.status}`} title={entry.reason ?? undefined}>
      <Icon name={waiting ? "clock" : "alert"} />
      {waiting ? "waiting" : "failed"}
    </span>
  );
}

function SeriesSelect({
  groups,
  chosen,
  range,
}: {
  groups: readonly HostGroup[];
  chosen: string | null;
  range: Range;
}) {
  const known = groups.some((group) => group.series.some((entry) => entry.id === chosen));
  return (
    <label class="series-select">
      <span class="visually-hidden">Series</span>
      <select
        value={known && chosen !== null ? chosen : ""}
        onChange={(event) => {
          location.hash = formatRoute({ id: event.currentTarget.value, range });
        }}
      >
        {!known && <option value="">Choose a series</option>}
        {groups.map((group) => (
          <optgroup key={group.host} label={group.synthetic ? `${group.host} (synthetic)` : group.host}>
            {group.series.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {`${metricName(entry.metric)} · ${group.host}`}
                {entry.status === "forecast" ? "" : ` · ${entry.status}`}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </label>
  );
}
