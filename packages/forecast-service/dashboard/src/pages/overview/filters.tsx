import { replace } from "../../navigate.js";
import { FILTERS, type OverviewRoute } from "../../route.js";
import { Icon } from "../../view/icon.js";
import { Segments } from "../../view/segments.js";

const METRICS = [
  { value: "", name: "All" },
  { value: "cpu_percent", name: "CPU" },
  { value: "memory_percent", name: "Memory" },
] as const;

const NAMES = { all: "Any state", forecast: "With forecast", waiting: "Waiting", failed: "Failed" } as const;

/** Letters to find a host by, and what of it is shown. The address keeps them. */
export function Filters({ route }: { readonly route: OverviewRoute }) {
  return (
    <search class="filters">
      <label class="search">
        <Icon name="search" />
        <span class="visually-hidden">Filter hosts</span>
        <input
          type="search"
          placeholder="Filter hosts"
          value={route.q}
          onInput={(event) => replace({ ...route, q: event.currentTarget.value })}
        />
      </label>
      <Segments
        legend="Metric"
        name="metric"
        value={route.metric}
        options={METRICS}
        onChoose={(metric) => replace({ ...route, metric })}
      />
      <label class="select">
        <span class="visually-hidden">State</span>
        <select
          value={route.status}
          onChange={(event) =>
            replace({ ...route, status: FILTERS.find((one) => one === event.currentTarget.value) ?? "all" })
          }
        >
          {FILTERS.map((status) => (
            <option key={status} value={status}>
              {NAMES[status]}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
