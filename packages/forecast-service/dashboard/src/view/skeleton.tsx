/** The shape of what is coming, so that nothing jumps when it is there. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status" aria-label="Loading">
      <h1 class="visually-hidden">Loading</h1>
      <div class="skeleton-line skeleton-title" />
      <div class="cards">
        {["Now", "1 h", "4 h", "Peak", "Model"].map((name) => (
          <div class="card" key={name} />
        ))}
      </div>
      <div class="panel" />
    </div>
  );
}

export function SkeletonNav() {
  return (
    <div class="series-nav" aria-hidden="true">
      <div class="skeleton skeleton-nav">
        {["a", "b", "c", "d"].map((name) => (
          <div class="skeleton-line" key={name} />
        ))}
      </div>
    </div>
  );
}
