import { State } from "./states.js";

/** The service was rebuilt, and the parts that this page has not loaded yet are gone. */
export function NewVersion() {
  return (
    <State icon="refresh" title="A new version is there">
      <p>Loadcast was updated while this page was open, and this part of it belongs to the version before.</p>
      <button type="button" class="button button-main" onClick={() => location.reload()}>
        Reload
      </button>
    </State>
  );
}
