/** The shape of what is coming, so that nothing jumps when it is there. */
export function PageSkeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <div class="skeleton-line skeleton-title" />
      <div class="skeleton-block" />
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
