import { useState } from "preact/hooks";
import type { Snapshot } from "../data/live.js";
import { chooseTheme, type ThemeChoice, themeChoice } from "../theme.js";
import { Icon, type IconName } from "./icon.js";
import { Age } from "./time.js";

export function Header({ snapshot }: { readonly snapshot: Snapshot }) {
  return (
    <header class="header">
      <a class="brand" href="#/" aria-label="Loadcast, to the first series">
        <Logo />
        <span>Loadcast</span>
      </a>
      <LinkState snapshot={snapshot} />
      <nav class="header-nav" aria-label="Tools">
        <a class="button button-quiet" href="/docs">
          API
        </a>
        <ThemeButton />
      </nav>
    </header>
  );
}

/** Says in a word whether what is on the page is true now. The colour only repeats it. */
function LinkState({ snapshot }: { readonly snapshot: Snapshot }) {
  const { link, answeredAt } = snapshot;
  const words = { connecting: "Connecting", live: "Live", failing: "Server error", silent: "No connection" }[link];
  return (
    <p class={`link link-${link}`}>
      <span class="link-dot" aria-hidden="true" />
      <span role="status">{words}</span>
      {answeredAt !== null && (
        <span class="link-age">
          updated <Age at={answeredAt} skew={0} />
        </span>
      )}
    </p>
  );
}

const NEXT: Readonly<Record<ThemeChoice, ThemeChoice>> = { system: "light", light: "dark", dark: "system" };
const ICON: Readonly<Record<ThemeChoice, IconName>> = { system: "system", light: "sun", dark: "moon" };
const WORDS: Readonly<Record<ThemeChoice, string>> = { system: "as the system", light: "light", dark: "dark" };

function ThemeButton() {
  const [choice, setChoice] = useState(themeChoice);
  const label = `Colours: ${WORDS[choice]}. Change to ${WORDS[NEXT[choice]]}.`;
  return (
    <button
      type="button"
      class="button button-quiet button-icon"
      aria-label={label}
      title={label}
      onClick={() => {
        chooseTheme(NEXT[choice]);
        setChoice(NEXT[choice]);
      }}
    >
      <Icon name={ICON[choice]} />
    </button>
  );
}

/** Past, then a fan of futures. */
function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <path class="logo-fan-95" d="M15 17.5 30 5v22z" />
      <path class="logo-fan-80" d="M15 17.5 30 11v11z" />
      <path class="logo-past" d="M2 20.5l4.5-6.5L10.500 22.500 15 17.5" />
      <circle class="logo-now" cx="15" cy="17.5" r="2.4" />
    </svg>
  );
}
