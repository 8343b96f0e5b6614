/** Where a filter stands; see `append`. */
export interface FilterState {
  readonly steady: boolean;
}
