import type { SystemResponse } from "../../../../src/http/contract.js";
import { formatCount } from "./words.js";

/** Where values come from, and where forecasts go. */
export function Connections({ sources, sinks }: Pick<SystemResponse, "sources" | "sinks">) {
  return (
    <div class="connections">
      <section class="panel panel-pad">
        <h2>Sources</h2>
        <p class="panel-note">Where values are read.</p>
        {sources.length === 0 && <p class="panel-note">None.</p>}
        <ul class="connection-list">
          {sources.map((source) => (
            <li key={source.name}>
              <p>
                <strong>{source.name}</strong>{" "}
                {source.kind !== source.name && <span class="connection-kind">{source.kind}</span>}
                <span class={source.status === "ok" ? "badge badge-good" : "badge badge-bad"}>
                  {source.status === "ok" ? "works" : "fails"}
                </span>
              </p>
              {source.detail !== null && (
                <p class={source.status === "ok" ? "connection-note" : "connection-error"}>{source.detail}</p>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section class="panel panel-pad">
        <h2>Sinks</h2>
        <p class="panel-note">Where forecasts are written. What cannot be delivered is kept and tried again.</p>
        {sinks.length === 0 && <p class="panel-note">None besides the service's own store.</p>}
        <ul class="connection-list">
          {sinks.map((sink) => (
            <li key={sink.name}>
              <p>
                <strong>{sink.name}</strong>
                <span class={sink.lastError === null ? "badge badge-good" : "badge badge-warn"}>
                  {sink.lastError === null ? "works" : "in trouble"}
                </span>
              </p>
              <p class="connection-note">
                {formatCount(sink.delivered)} delivered, {formatCount(sink.waiting)} waiting,{" "}
                {formatCount(sink.dropped)} dropped
              </p>
              {sink.lastError !== null && <p class="connection-error">{sink.lastError}</p>}
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
