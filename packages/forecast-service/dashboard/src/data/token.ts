/** The token that a protected service wants from those who change something. Kept for this tab, until it is closed. */
const KEY = "loadcast-token";
let kept: string | null = null;

interface Kept {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}
/** Absent outside of a browser; reading it can be forbidden inside. */
const storage = () => (globalThis as { readonly sessionStorage?: Kept }).sessionStorage;

export function storedToken(): string | null {
  try {
    return storage()?.getItem(KEY) ?? kept;
  } catch {
    return kept;
  }
}

export function storeToken(token: string): void {
  kept = token;
  try {
    storage()?.setItem(KEY, token);
  } catch {
    // It then lasts as long as the page.
  }
}
