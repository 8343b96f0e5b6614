import { formatRoute, type Route } from "./route.js";

/** Goes there; Back returns. */
export function go(route: Route): void {
  location.hash = formatRoute(route);
}

/** Completes or corrects the address without a step in the history: Back must not lead through every zoom and letter typed. */
export function replace(route: Route): void {
  const hash = formatRoute(route);
  if (location.hash === hash) return;
  history.replaceState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
