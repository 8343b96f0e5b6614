/** Each page is loaded when it is first opened. */
import type { ComponentType } from "preact";
import type { Route } from "./route.js";

export interface PageModule {
  // biome-ignore lint/suspicious/noExplicitAny: each page takes its own kind of route, which its key here guarantees
  readonly default: ComponentType<{ route: any }>;
}

/** Pages that are made of data; that there is none is said without. */
export type Page = Exclude<Route["page"], "unknown">;

const PAGES: Readonly<Record<Page, () => Promise<PageModule>>> = {
  overview: () => import("./pages/overview/overview-page.js"),
  series: () => import("./pages/series/series-page.js"),
  model: () => import("./pages/model/model-page.js"),
  accuracy: () => import("./pages/accuracy/accuracy-page.js"),
  "what-if": () => import("./pages/what-if/what-if-page.js"),
  system: () => import("./pages/system/system-page.js"),
};

/** Fails when the service was rebuilt under this page and no longer has its files. */
export function loadPage(page: Page): Promise<PageModule> {
  return PAGES[page]();
}
