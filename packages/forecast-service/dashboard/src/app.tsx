import { useEffect, useErrorBoundary, useRef, useState } from "preact/hooks";
import { loadPage, type PageModule } from "./load-page.js";
import { formatRoute, parseRoute, type Route } from "./route.js";
import { ConnectionBanner } from "./view/connection-banner.js";
import { FinderDialog } from "./view/finder.js";
import { Header } from "./view/header.js";
import { NewVersion } from "./view/new-version.js";
import { PageSkeleton } from "./view/skeleton.js";
import { Fault, UnknownPage } from "./view/states.js";
import { TokenDialog } from "./view/token-dialog.js";

export function App() {
  const [route, setRoute] = useState<Route>(() => parseRoute(location.hash));
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    const onHash = () => setRoute(parseRoute(location.hash));
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);

  // Who walks by keyboard or ear is taken to the new page; who only zooms or types stays where he is.
  const place = "id" in route ? `${route.page} ${route.id}` : route.page;
  const before = useRef(place);
  useEffect(() => {
    if (before.current === place) return;
    before.current = place;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);

  return (
    <div class="app">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Header route={route} />
      <main id="main" ref={main} tabIndex={-1} class={`main main-${route.page}`}>
        <ConnectionBanner />
        {route.page === "unknown" ? <UnknownPage address={route.address} /> : <Page route={route} />}
      </main>
      <FinderDialog route={route} />
      <TokenDialog />
    </div>
  );
}

function Page({ route }: { readonly route: Exclude<Route, { page: "unknown" }> }) {
  const [loaded, setLoaded] = useState<{ page: string; module: PageModule } | null>(null);
  const [failed, setFailed] = useState(false);
  const [fault, forgive] = useErrorBoundary((error: unknown) => console.error(error));
  // Another page may well work.
  const place = formatRoute(route);
  useEffect(() => forgive(), [place]);
  useEffect(() => {
    let wanted = true;
    loadPage(route.page).then(
      (module) => wanted && setLoaded({ page: route.page, module }),
      () => wanted && setFailed(true),
    );
    return () => {
      wanted = false;
    };
  }, [route.page]);

  if (fault) return <Fault error={fault} />;
  if (failed) return <NewVersion />;
  if (loaded?.page !== route.page) return <PageSkeleton page={route.page} />;
  const View = loaded.module.default;
  // A series is a page of its own: nothing of the one before may stay.
  return <View key={"id" in route ? route.id : ""} route={route} />;
}
