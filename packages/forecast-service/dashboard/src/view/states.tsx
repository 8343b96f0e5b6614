/** What the page says when it has nothing to draw at all. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon.js";
import { Retry, type RetryProps } from "./retry.js";

interface StateProps {
  readonly icon: IconName;
  readonly title: string;
  readonly tone?: "bad";
  readonly children: ComponentChildren;
}

function State({ icon, title, tone, children }: StateProps) {
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

/** The service was never reached. */
export function Unreachable({ snapshot, onRetry }: RetryProps) {
  const failing = snapshot.link === "failing";
  return (
    <State
      icon={failing ? "alert" : "unplugged"}
      title={failing ? "Loadcast answers with an error" : "Loadcast does not answer"}
      tone="bad"
    >
      {failing ? (
        <p>{snapshot.error}</p>
      ) : (
        <p>
          Nothing answers at <code>{location.host}</code>. Is <code>loadcast serve</code> still running there? This page
          keeps trying and carries on by itself.
        </p>
      )}
      <Retry snapshot={snapshot} onRetry={onRetry} />
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
        with its host. Choose another one from the list.
      </p>
    </State>
  );
}
