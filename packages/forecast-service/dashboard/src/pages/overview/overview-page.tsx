import { useEffect } from "preact/hooks";
import "./overview.css";
import { ApiError } from "../../data/client.js";
import { replace } from "../../navigate.js";
import type { OverviewRoute } from "../../route.js";
import { OVERVIEW } from "../../route.js";
import { PageSkeleton } from "../../view/skeleton.js";
import { Failure, NoSeries } from "../../view/states.js";
import type { Feed } from "./feed.js";
import { Filters } from "./filters.js";
import { HostGrid } from "./host-grid.js";
import { useFeed } from "./use-feed.js";

/** Every host with where it stands and where it goes, those that need somebody first. */
export default function OverviewPage({ route }: { readonly route: OverviewRoute }) {
  const feeds = useFeed(route);
  useEffect(() => {
    document.title = "Overview · Loadcast";
  }, []);
  if (!feeds) return <PageSkeleton page="overview" />;
  const { shown, asked, late } = feeds;
  const { hosts, ready } = shown.state();
  const { error } = asked.state();
  if (!ready)
    return error ? <Failure error={error} onRetry={() => asked.outdate()} /> : <PageSkeleton page="overview" />;
  const filtered = Object.values(shown.filter).some((part) => part !== "");
  if (hosts.length === 0 && !filtered) return <NoSeries />;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Overview</h1>
          <p class="page-sub" role="status">
            {late ? "Looking for hosts that match; below are those of before." : summary(shown, filtered)}
          </p>
          <Key />
        </div>
        <Filters route={route} />
      </div>
      {/* That nothing answers is said above, on every page. */}
      {error instanceof ApiError && (
        <p class="notice notice-failed" role="alert">
          {error.message}
        </p>
      )}
      {hosts.length === 0 ? (
        <p class="overview-none">
          No host matches.{" "}
          <button type="button" class="button" onClick={() => replace(OVERVIEW)}>
            Show all
          </button>
        </p>
      ) : (
        <HostGrid feed={shown} late={late} />
      )}
    </>
  );
}

/** What the parts of a gauge mean. */
function Key() {
  return (
    <ul class="overview-key" aria-label="How to read the gauges">
      <li>
        <span class="overview-key-now" />
        now
      </li>
      <li>
        <span class="overview-key-peak" />
        peak of the next 4 h, 80 % range
      </li>
      <li>
        <span class="overview-key-limit" />
        limit
      </li>
    </ul>
  );
}

/** `1,000 hosts, 3 of them need attention`: the order says how far those reach. */
function summary(feed: Feed, filtered: boolean): string {
  const { hosts, total } = feed.state();
  const calm = hosts.findIndex((host) => host.why === null);
  const number = new Intl.NumberFormat("en-GB").format(total);
  const all = `${number} ${total === 1 ? "host" : "hosts"}${filtered ? (total === 1 ? " matches" : " match") : ""}`;
  if (calm === 0) return `${all}. Nothing needs attention.`;
  const known = calm > 0 ? `${calm}` : hosts.length < total ? `at least ${hosts.length}` : `${hosts.length}`;
  return `${all}, ${known} ${known === "1" ? "needs" : "need"} attention: ${known === "1" ? "it comes" : "those come"} first.`;
}
