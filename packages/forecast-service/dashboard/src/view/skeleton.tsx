import type { Page } from "../load-page.js";

/** The shape of what is coming, so that little jumps when it is there. */
export function PageSkeleton({ page }: { readonly page: Page }) {
  const facts = page === "series" || page === "system";
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <div class="skeleton-line skeleton-title" />
      {page === "overview" && <Blocks class="skeleton-cards" count={4} />}
      {facts && <Blocks class="skeleton-facts" count={page === "series" ? 6 : 5} />}
      {page !== "overview" && <div class="skeleton-block" />}
    </div>
  );
}

function Blocks({ class: kind, count }: { readonly class: string; readonly count: number }) {
  return (
    <div class={kind}>
      {Array.from({ length: count }, (_, place) => (
        <div key={place} class="skeleton-block" />
      ))}
    </div>
  );
}

/** The same inside a panel. */
export function PanelSkeleton({ height }: { readonly height: number }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <div class="skeleton-block" style={{ height: `${height}px` }} />
    </div>
  );
}
