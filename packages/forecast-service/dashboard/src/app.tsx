import { useEffect, useState } from "preact/hooks";
import type { Live } from "./data/live.js";
import { formatValue } from "./format.js";
import { firstChoice, metricName } from "./names.js";
import { formatRoute, parseRoute, type Route } from "./route.js";
import { Header } from "./view/header.js";
import { ConnectionBanner } from "./view/notices.js";
import { SeriesNav } from "./view/series-nav.js";
import { SeriesView } from "./view/series-view.js";
import { Skeleton, SkeletonNav } from "./view/skeleton.js";
import { NoSeries, UnknownSeries, Unreachable } from "./view/states.js";

export function App({ live }: { readonly live: Live }) {
  const [snapshot, setSnapshot] = useState(live.snapshot);
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  useEffect(() => live.subscribe(() => setSnapshot(live.snapshot())), [live]);

  useEffect(() => {
    const onHash = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  useEffect(() => live.choose(route), [live, route]);

  const { list } = snapshot;
  const chosen = list?.series.find((entry) => entry.id === route.id) ?? null;
  const first = list && route.id === null ? firstChoice(list.series) : null;

  // The address is completed, not added to: Back must not lead to the page that led here.
  useEffect(() => {
    if (!first) return;
    const next = { ...route, id: first.id };
    history.replaceState(null, "", formatRoute(next));
    setRoute(next);
  }, [first, route]);

  useEffect(() => {
    document.title = chosen
      ? `${metricName(chosen.metric)} ${formatValue(chosen.last?.value, chosen.unit)} · ${chosen.host} · Loadcast`
      : "Loadcast";
  }, [chosen]);

  const retry = () => live.refresh();
  return (
    <div class="app">
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the chart
      </button>
      <Header snapshot={snapshot} />
      {!list && snapshot.link === "connecting" && <SkeletonNav />}
      {list && list.series.length > 0 && <SeriesNav series={list.series} chosen={route.id} range={route.range} />}
      <main id="main" tabIndex={-1} class={list && list.series.length === 0 ? "main main-alone" : "main"}>
        {list && <ConnectionBanner snapshot={snapshot} onRetry={retry} />}
        {!list && snapshot.link === "connecting" && <Skeleton />}
        {!list && snapshot.link !== "connecting" && <Unreachable snapshot={snapshot} onRetry={retry} />}
        {list && list.series.length === 0 && <NoSeries />}
        {list && list.series.length > 0 && route.id !== null && !chosen && <UnknownSeries id={route.id} />}
        {chosen && <SeriesView key={chosen.id} entry={chosen} route={route} snapshot={snapshot} />}
      </main>
    </div>
  );
}
