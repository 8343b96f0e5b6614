import { useRef, useState } from "preact/hooks";
import type { AliasRequest, ModelVersionEntry, ModelVersionsResponse } from "../../../../src/http/contract.js";
import type { Client } from "../../data/client.js";
import { useAnswer, useService } from "../../data/service.js";
import { formatDayClock, formatUtc } from "../../format.js";
import { formatRoute } from "../../route.js";
import { ScrollBox } from "../../view/scroll-box.js";
import { withToken } from "../../view/token-dialog.js";

interface VersionsProps {
  readonly id: string;
  readonly shown: number;
}

/** The alias whose version makes the forecasts. */
const IN_USE = "champion";

/** Every version that is kept: look at it, put it to use, go back. */
export function Versions({ id, shown }: VersionsProps) {
  const { client } = useService();
  const pages = useRef(1);
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<{ readonly failed: boolean; readonly words: string } | null>(null);
  const { data, error, refresh } = useAnswer({
    key: `versions ${id}`,
    ask: (signal) => readVersions(client, id, pages.current, signal),
    when: (event) => (event.type === "alias" || event.type === "model") && event.series === id,
  });
  if (!data) return error ? <p class="notice notice-failed">{error.message}</p> : null;
  const { versions, next } = data;
  // Ensembles have no criterion of their own.
  const judged = versions.some((one) => one.aicc !== null);

  const act = async (what: () => Promise<string>) => {
    setBusy(true);
    setOutcome(null);
    try {
      setOutcome({ failed: false, words: await what() });
    } catch (problem) {
      setOutcome({ failed: true, words: problem instanceof Error ? problem.message : String(problem) });
    }
    setBusy(false);
  };
  const point = (request: AliasRequest) =>
    act(async () => {
      const answer = await withToken(() => client.alias(id, IN_USE, request));
      await refresh();
      return `Version ${answer.version} makes the forecasts from now on.`;
    });
  const more = () =>
    act(async () => {
      pages.current++;
      const { data: now, error: failure } = await refresh();
      if (failure) {
        pages.current--;
        throw failure;
      }
      return `${(now?.versions.length ?? 0) - versions.length} older versions are shown.`;
    });

  return (
    <section class="panel panel-pad versions">
      <div class="versions-head">
        <div>
          <h2>Versions</h2>
          <p class="panel-note">
            The one in use makes the forecasts. A newer one takes its place when it passes the gate.
          </p>
        </div>
        <button type="button" class="button" disabled={busy} onClick={() => void point({ rollback: true })}>
          Roll back
        </button>
      </div>
      {outcome && (
        <p class={outcome.failed ? "task-error" : "versions-done"} role={outcome.failed ? "alert" : "status"}>
          {outcome.words}
        </p>
      )}
      <ScrollBox label="Versions">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col" class="left">
                Trained
              </th>
              <th scope="col" class="left spare">
                Model
              </th>
              {judged && (
                <th scope="col" class="spare">
                  AICc
                </th>
              )}
              <th scope="col" class="left spare">
                Gate
              </th>
              <th scope="col">
                <span class="visually-hidden">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {versions.map((one) => (
              <Row
                key={one.version}
                id={id}
                one={one}
                shown={shown}
                judged={judged}
                busy={busy}
                onUse={() => void point({ version: one.version })}
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {next !== null && (
        <button type="button" class="button tried-more" disabled={busy} onClick={() => void more()}>
          Show older
        </button>
      )}
    </section>
  );
}

/** The newest pages as one list: what a change of alias or a new version moves is then right on all of them. */
async function readVersions(client: Client, id: string, pages: number, signal: AbortSignal) {
  let { versions, next }: ModelVersionsResponse = await client.versions(id, null, signal);
  for (let page = 1; page < pages && next !== null; page++) {
    const older: ModelVersionsResponse = await client.versions(id, next, signal);
    versions = [...versions, ...older.versions];
    next = older.next;
  }
  return { versions, next };
}

interface RowProps {
  readonly id: string;
  readonly one: ModelVersionEntry;
  readonly shown: number;
  readonly judged: boolean;
  readonly busy: boolean;
  readonly onUse: () => void;
}

function Row({ id, one, shown, judged, busy, onUse }: RowProps) {
  const inUse = one.aliases.includes(IN_USE);
  return (
    <tr class={one.version === shown ? "version-shown" : undefined}>
      <th scope="row">
        <a
          href={formatRoute({ page: "model", id, version: one.version })}
          aria-current={one.version === shown ? "true" : undefined}
        >
          v{one.version}
        </a>
        {one.aliases.map((alias) => (
          <span key={alias} class={alias === IN_USE ? "badge badge-good best" : "badge badge-plain best"}>
            {alias === IN_USE ? "in use" : alias}
          </span>
        ))}
      </th>
      <td class="left">
        <time dateTime={one.trainedAt} title={formatUtc(Date.parse(one.trainedAt))}>
          {formatDayClock(Date.parse(one.trainedAt))}
        </time>
      </td>
      <td class="left spare version-model" title={one.description}>
        {one.description}
      </td>
      {judged && <td class="spare">{one.aicc === null ? "–" : one.aicc.toFixed(1)}</td>}
      <td class="left spare" title={one.gate?.reason}>
        {one.gate === null ? "–" : one.gate.accepted ? "passed" : "not passed"}
      </td>
      <td>
        <button
          type="button"
          class="button button-small"
          disabled={busy || inUse}
          aria-label={`Use version ${one.version}`}
          onClick={onUse}
        >
          {inUse ? "in use" : "Use"}
        </button>
      </td>
    </tr>
  );
}
