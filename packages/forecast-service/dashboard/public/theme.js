// Runs before the first paint so that a chosen theme never flashes. A file of its own: a strict
// content security policy allows no inline script. src/theme.ts takes over from here.
{
  let choice = null;
  try {
    choice = localStorage.getItem("loadcast-theme");
  } catch {
    // Storage can be forbidden; the system's theme is then the only one.
  }
  const dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}
