/** The token that a protected service wants from those who change something. Kept for this tab, until it is closed. */
const KEY = "loadcast-token";
let kept: string | null = null;

export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(KEY) ?? kept;
  } catch {
    return kept; // storage can be forbidden; there is none in tests
  }
}

export function storeToken(token: string): void {
  kept = token;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // It then lasts as long as the page.
  }
}
