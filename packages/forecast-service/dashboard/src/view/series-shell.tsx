import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import "../styles/series-shell.css";
import { type KnownSeries, useSeries } from "../data/use-series.js";
import { formatValue } from "../format.js";
import { byMetric, metricName } from "../names.js";
import { type AccuracyRoute, formatRoute, type ModelRoute, type SeriesRoute, seriesRoute } from "../route.js";
import { SyntheticBadge } from "./badge.js";
import { PageSkeleton } from "./skeleton.js";
import { Failure, UnknownSeries } from "./states.js";

type Inside = SeriesRoute | ModelRoute | AccuracyRoute;

interface SeriesShellProps {
  readonly route: Inside;
  readonly children: (known: KnownSeries) => ComponentChildren;
}

/** What the three pages of a series have in common: whose it is, the other metrics of that host, and the way between them. */
export function SeriesShell({ route, children }: SeriesShellProps) {
  const { data, error, refresh } = useSeries(route.id);
  const entry = data?.known?.entry;
  useEffect(() => {
    const part = { series: "", model: "Model · ", accuracy: "Accuracy · " }[route.page];
    const now = entry && route.page === "series" ? ` ${formatValue(entry.last?.value, entry.unit)}` : "";
    document.title = entry ? `${part}${metricName(entry.metric)}${now} · ${entry.host} · Loadcast` : "Loadcast";
  }, [entry, route.page]);

  if (!data) return error ? <Failure error={error} onRetry={refresh} /> : <PageSkeleton page={route.page} />;
  if (!data.known || !entry) return <UnknownSeries id={route.id} />;
  return (
    <>
      <div class="series-head">
        <nav class="crumbs" aria-label="Where this is">
          <a href="#/">Overview</a>
          <span aria-hidden="true">/</span>
          <span title={entry.host}>{entry.host}</span>
        </nav>
        <div class="series-title">
          <h1>
            {metricName(entry.metric)} <span class="title-host">{entry.host}</span>
          </h1>
          {entry.synthetic && <SyntheticBadge />}
        </div>
        <div class="series-links">
          <Tabs route={route} />
          {data.known.siblings.length > 1 && (
            <nav class="siblings" aria-label={`Metrics of ${entry.host}`}>
              {[...data.known.siblings]
                .sort((a, b) => byMetric(a.metric, b.metric))
                .map(({ id, metric }) => (
                  <a key={id} href={sameView(route, id)} aria-current={id === route.id ? "true" : undefined}>
                    {metricName(metric)}
                  </a>
                ))}
            </nav>
          )}
        </div>
      </div>
      {children(data.known)}
    </>
  );
}

function Tabs({ route }: { readonly route: Inside }) {
  const { id } = route;
  const tabs = [
    { page: "series", name: "Forecast", href: formatRoute(seriesRoute(id)) },
    { page: "model", name: "Model", href: formatRoute({ page: "model", id, version: null }) },
    { page: "accuracy", name: "Accuracy", href: formatRoute({ page: "accuracy", id, range: "7d" }) },
  ];
  return (
    <nav class="tabs" aria-label="Pages of this series">
      {tabs.map(({ page, name, href }) => (
        <a key={page} href={href} aria-current={page === route.page ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

/** The same page and range for another series; what belonged to this one alone is left. */
function sameView(route: Inside, id: string): string {
  if (route.page === "model") return formatRoute({ page: "model", id, version: null });
  return formatRoute({ ...route, id });
}
