/** How hosts are laid out: cards in rows, each row as high as its highest card, known before anything is drawn. */
import type { Host } from "./feed.js";

export interface Grid {
  /** Cards beside each other. */
  readonly columns: number;
  /** Tiles beside each other inside a card. */
  readonly tiles: number;
  /** A card is hardly wider than a phone. */
  readonly narrow: boolean;
}

/** Pixels; overview.css has the same numbers. */
export const GAP = 14;
export const TILE = 172;
const HEAD = 46;
const WHY = 30;
/** Where the reason may need a second line. */
const WHY_NARROW = 50;
/** Pixels; the longest usual reason fits into one line from here on. */
const NARROW = 430;
const BORDER = 2;
/** A tile is readable from here on. */
const LEAST_TILE = 322;

/** As many cards as fit with all their tiles beside each other, at most four. */
export function gridOf(width: number, tilesPerHost: number): Grid {
  const tiles = Math.max(1, Math.min(tilesPerHost, Math.floor((width - 2) / LEAST_TILE)));
  const columns = Math.max(1, Math.min(4, Math.floor((width + GAP) / (tiles * LEAST_TILE + GAP))));
  return { columns, tiles, narrow: (width - (columns - 1) * GAP) / columns < NARROW };
}

export function cardHeight(host: Pick<Host, "why" | "series">, { tiles, narrow }: Omit<Grid, "columns">): number {
  const why = host.why === null ? 0 : narrow ? WHY_NARROW : WHY;
  return HEAD + why + Math.ceil(host.series.length / tiles) * TILE + BORDER;
}

/** The cards of each row. */
export function rowsOfCards<T>(cards: readonly T[], columns: number): T[][] {
  const rows: T[][] = [];
  for (let start = 0; start < cards.length; start += columns) rows.push(cards.slice(start, start + columns));
  return rows;
}
