import type { Pointer } from "./plot.js";
import type { Readout } from "./readout.js";

interface TooltipProps {
  readonly content: Readout;
  readonly pointer: Pointer;
}

/** Stays on the side of the pointer that has room. Hidden from screen readers: they are told by the live region. */
export function Tooltip({ content, pointer }: TooltipProps) {
  const DISTANCE = 14;
  const style =
    pointer.left > pointer.width / 2
      ? { right: `${Math.round(pointer.width - pointer.left + DISTANCE)}px` }
      : { left: `${Math.round(pointer.left + DISTANCE)}px` };
  return (
    <div class="tooltip" style={style} aria-hidden="true">
      <p class="tooltip-time">{content.time}</p>
      <dl>
        {content.rows.map((row) => (
          <div key={row.key}>
            <dt>
              <span class={`key key-${row.key}`} />
              {row.name}
            </dt>
            <dd>{row.value}</dd>
          </div>
        ))}
      </dl>
      {content.utc !== null && <p class="tooltip-utc">{content.utc}</p>}
    </div>
  );
}
