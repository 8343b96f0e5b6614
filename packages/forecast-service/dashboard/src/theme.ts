/** Light, dark, or as the system has it. `public/theme.js` applies the choice before the first paint. */

export type Theme = "light" | "dark";
export type ThemeChoice = Theme | "system";

const KEY = "loadcast-theme";
const system = matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function themeChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system"; // storage can be forbidden
  }
}

export function shownTheme(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  } catch {
    // The choice then lasts as long as the page.
  }
  apply(choice);
}

/** Called after every change of colours. */
export function onTheme(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function apply(choice: ThemeChoice): void {
  const theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
  if (theme === shownTheme()) return;
  document.documentElement.dataset.theme = theme;
  for (const listener of listeners) listener();
}

system.addEventListener("change", () => apply(themeChoice()));
// Paper is light whatever the screen is: what is drawn is drawn anew for it, and back again.
matchMedia("print").addEventListener("change", () => {
  for (const listener of listeners) listener();
});
