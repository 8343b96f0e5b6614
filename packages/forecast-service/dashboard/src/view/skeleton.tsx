/** The shape of what is coming, so that little jumps when it is there. */
export function PageSkeleton({ cards = false }: { readonly cards?: boolean }) {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <div class="skeleton-line skeleton-title" />
      {cards ? (
        <div class="skeleton-cards">
          {[1, 2, 3, 4].map((place) => (
            <div key={place} class="skeleton-block" />
          ))}
        </div>
      ) : (
        <div class="skeleton-block" />
      )}
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
