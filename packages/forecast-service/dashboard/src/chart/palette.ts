/** Colours of the canvas. They are declared once, in the style sheet, so that page and chart cannot drift apart. */

export interface Palette {
  readonly observed: string;
  readonly median: string;
  readonly band80: string;
  readonly band95: string;
  readonly past: string;
  readonly pastBand: string;
  readonly anomaly: string;
  readonly future: string;
  readonly gap: string;
  readonly gapEdge: string;
  readonly grid: string;
  readonly axis: string;
  readonly now: string;
  readonly surface: string;
  readonly font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    observed: read("--observed"),
    median: read("--forecast"),
    band80: read("--band-80"),
    band95: read("--band-95"),
    past: read("--past-forecast"),
    pastBand: read("--past-band"),
    anomaly: read("--anomaly"),
    future: read("--chart-future"),
    gap: read("--chart-gap"),
    gapEdge: read("--chart-gap-edge"),
    grid: read("--chart-grid"),
    axis: read("--ink-soft"),
    now: read("--ink"),
    surface: read("--surface"),
    font: read("--font"),
  };
}
