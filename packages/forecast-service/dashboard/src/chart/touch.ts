import type uPlot from "uplot";

/** uPlot follows a mouse only: a finger that moves sideways reads the values too. Up and down still scroll the page. */
export function readByFinger(plot: uPlot): void {
  const follow = (event: TouchEvent) => {
    if (event.touches.length !== 1) return;
    const box = plot.over.getBoundingClientRect();
    plot.setCursor({ left: event.touches[0].clientX - box.left, top: box.height / 2 });
  };
  plot.over.addEventListener("touchstart", follow, { passive: true });
  plot.over.addEventListener("touchmove", follow, { passive: true });
}
