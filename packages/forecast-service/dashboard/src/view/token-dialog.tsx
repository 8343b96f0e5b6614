import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../data/client.js";
import { storedToken, storeToken } from "../data/token.js";

let ask: ((refused: boolean) => Promise<string | null>) | null = null;

/** Does what may need a token; where the service says so, asks for it and tries again until it fits or the reader gives up. */
export async function withToken<T>(what: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await what();
    } catch (error) {
      if (!(error instanceof ApiError) || (error.status !== 401 && error.status !== 403) || !ask) throw error;
      const token = await ask(storedToken() !== null);
      if (token === null) throw error;
      storeToken(token);
    }
  }
}

export function TokenDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const answer = useRef<((token: string | null) => void) | null>(null);
  const [refused, setRefused] = useState(false);
  const [token, setToken] = useState("");
  useEffect(() => {
    ask = (again) => {
      setRefused(again);
      setToken("");
      dialog.current?.showModal();
      return new Promise((resolve) => {
        answer.current = resolve;
      });
    };
    return () => {
      ask = null;
    };
  }, []);
  const finish = (given: string | null) => {
    answer.current?.(given);
    answer.current = null;
    dialog.current?.close();
  };
  return (
    <dialog ref={dialog} class="finder dialog" aria-labelledby="token-title" onClose={() => finish(null)}>
      <form
        method="dialog"
        class="panel-pad"
        onSubmit={(event) => {
          event.preventDefault();
          if (token.trim() !== "") finish(token.trim());
        }}
      >
        <h2 id="token-title">This needs a token</h2>
        <p class="panel-note" role={refused ? "alert" : undefined}>
          {refused
            ? "The service refused the token. Check it and try again."
            : "The service lets only those who have its token change something. It is kept until this tab is closed."}
        </p>
        <label class="field">
          Token
          <input
            type="password"
            autocomplete="off"
            spellcheck={false}
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <p class="dialog-actions">
          <button type="button" class="button" onClick={() => finish(null)}>
            Cancel
          </button>
          <button type="submit" class="button button-main">
            Continue
          </button>
        </p>
      </form>
    </dialog>
  );
}
