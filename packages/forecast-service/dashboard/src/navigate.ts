import { formatRoute, type Route } from "./route.js";

/** Goes there; Back returns. */
export function go(route: Route): void {
  show(route, (hash) => history.pushState(null, "", hash));
}

/** Completes or corrects the address without a step in the history: Back must not lead through every zoom and letter typed. */
export function replace(route: Route): void {
  show(route, (hash) => history.replaceState(null, "", hash));
}

/** Told at once: what is pressed next must not start from the address before. */
function show(route: Route, put: (hash: string) => void): void {
  const hash = formatRoute(route);
  if (location.hash === hash) return;
  put(hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}
