/** What the page says when it has nothing to draw at all. */
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { ApiError } from "../data/client.js";
import { useLink } from "../data/service.js";
import { Retry } from "./connection-banner.js";
import { Icon, type IconName } from "./icon.js";

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly tone?: "bad";
  readonly children: ComponentChildren;
}

export function State({ icon, title, tone, children }: StateProps) {
  return (
    <section class="state">
      <span class={tone ? `state-icon state-icon-${tone}` : "state-icon"}>
        <Icon name={icon} />
      </span>
      <h1>{title}</h1>
      {children}
    </section>
  );
}

/** A question failed and there is no older answer: no connection, or the service's own words. */
export function Failure({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }) {
  const { link } = useLink();
  if (!(error instanceof ApiError)) {
    return (
      <State icon="unplugged" title="Loadcast does not answer" tone="bad">
        <p>
          Nothing answers at <code>{location.host}</code>. Is <code>loadcast serve</code> still running there? This page
          keeps trying and carries on by itself.
        </p>
        {link === "silent" && <Retry />}
      </State>
    );
  }
  if (error.status === 401) {
    return (
      <State icon="alert" title="You are not logged in">
        <p>This Loadcast answers only those who have its token, and this browser has none that still counts.</p>
        <button type="button" class="button button-main" onClick={() => location.reload()}>
          Log in
        </button>
      </State>
    );
  }
  return (
    <State icon="alert" title="Loadcast answers with an error" tone="bad">
      <p>{error.message}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </State>
  );
}

export function NoSeries() {
  return (
    <State icon="pulse" title="No series yet">
      <p>
        Loadcast is running and waits for its first values. CPU and memory of this machine come within 15 seconds of the
        start; other sources follow as their collectors report.
      </p>
      <p class="state-note">This page fills itself as soon as something arrives.</p>
    </State>
  );
}

export function UnknownSeries({ id }: { readonly id: string }) {
  return (
    <State icon="search" title="No such series">
      <p>
        The link asks for <code>{id}</code>, which this Loadcast does not know. It may have been renamed, or have left
        with its host.
      </p>
      <a class="button" href="#/">
        To the overview
      </a>
    </State>
  );
}

export function UnknownPage({ address }: { readonly address: string }) {
  useEffect(() => {
    document.title = "No such page · Loadcast";
  }, []);
  return (
    <State icon="search" title="No such page">
      <p>
        There is nothing at <code>{address}</code>. The link may have been cut off, or mistyped.
      </p>
      <a class="button" href="#/">
        To the overview
      </a>
    </State>
  );
}

/** The page itself is broken: better said than an empty screen. */
export function Fault({ error }: { readonly error: unknown }) {
  return (
    <State icon="alert" title="This page has a fault" tone="bad">
      <p>
        It could not show what the service sent: <code>{error instanceof Error ? error.message : String(error)}</code>
      </p>
      <button type="button" class="button" onClick={() => location.reload()}>
        Reload
      </button>
    </State>
  );
}
