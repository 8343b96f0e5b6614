import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Rows } from "./rows.js";

/** Drawn beyond the edges, so that scrolling finds rows that are there already. */
const MARGIN_PX = 700;

/** The rows in sight of the window (or of `box`, where the list scrolls inside one), and the space before and after them. */
export function useRows(rows: Rows, list: RefObject<HTMLElement | null>, box?: RefObject<HTMLElement | null>) {
  const [range, setRange] = useState<readonly [number, number]>([0, 12]);
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      const element = list.current;
      if (!element) return;
      const top = element.getBoundingClientRect().top - (box?.current?.getBoundingClientRect().top ?? 0);
      const height = box?.current?.clientHeight ?? innerHeight;
      const next = rows.within(-top - MARGIN_PX, -top + height + MARGIN_PX);
      setRange((known) => (known[0] === next[0] && known[1] === next[1] ? known : next));
    };
    const later = () => {
      frame ||= requestAnimationFrame(look);
    };
    look();
    const scroller = box?.current ?? window;
    scroller.addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      cancelAnimationFrame(frame);
      scroller.removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [rows]);
  const first = Math.min(range[0], rows.count);
  const end = Math.min(range[1], rows.count);
  return { first, end, before: rows.topOf(first), after: rows.height - rows.topOf(end) };
}
