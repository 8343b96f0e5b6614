import { useState } from "preact/hooks";
import { useLink } from "../data/service.js";
import { formatDuration } from "../format.js";
import type { Route } from "../route.js";
import { chooseTheme, type ThemeChoice, themeChoice } from "../theme.js";
import { openFinder } from "./finder.js";
import { Icon, type IconName } from "./icon.js";
import { useSecond } from "./time.js";

const SECTIONS = [
  { name: "Overview", href: "#/", pages: ["overview", "series", "model", "accuracy"] },
  { name: "What if", href: "#/what-if", pages: ["what-if"] },
  { name: "System", href: "#/system", pages: ["system"] },
] as const;

export function Header({ route }: { readonly route: Route }) {
  return (
    <header class="header">
      <a class="brand" href="#/" aria-label="Loadcast, to the overview">
        <Logo />
        <span>Loadcast</span>
      </a>
      <nav class="sections" aria-label="Pages">
        {SECTIONS.map(({ name, href, pages }) => {
          const inside = (pages as readonly string[]).includes(route.page);
          const current = inside ? (pages[0] === route.page ? "page" : "true") : undefined;
          return (
            <a key={name} href={href} aria-current={current}>
              {name}
            </a>
          );
        })}
      </nav>
      <LinkBadge />
      <div class="header-tools">
        <button
          type="button"
          class="button button-quiet find-button"
          aria-label="Find a series"
          title="Find a series (/)"
          onClick={openFinder}
        >
          <Icon name="search" />
          <span>Find a series</span>
          <kbd>/</kbd>
        </button>
        <a class="button button-quiet" href="/docs" title="Documentation of the HTTP API">
          API
        </a>
        <ThemeButton />
      </div>
    </header>
  );
}

/** After this long without an answer what is shown may no longer be true. */
const STALE_MS = 60_000;

/** Says in a word whether what is on the page is true now. The colour only repeats it. */
function LinkBadge() {
  const { link, answeredAt } = useLink();
  const age = useSecond() - (answeredAt ?? Date.now());
  const stale = link !== "connecting" && link !== "silent" && age > STALE_MS;
  const state = stale ? "stale" : link;
  const [word, title] = {
    connecting: ["Connecting", "Waiting for the first answer"],
    live: ["Live", "The service reports changes as they happen"],
    polling: ["Polling", "Events do not get through; everything is asked for again every 15 seconds"],
    stale: [`Stale, ${formatDuration(age)}`, "Nothing new has come for longer than it should take"],
    silent: ["Offline", "The service does not answer; trying again"],
  }[state];
  return (
    <p class={`link link-${state}`} title={title}>
      <span class="link-dot" aria-hidden="true" />
      <span role="status">{word}</span>
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
