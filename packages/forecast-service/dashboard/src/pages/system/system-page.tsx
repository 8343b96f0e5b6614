import { useEffect } from "preact/hooks";
import "./system.css";
import type { SystemResponse } from "../../../../src/http/contract.js";
import { useAnswer, useLink, useService } from "../../data/service.js";
import { formatDuration } from "../../format.js";
import { PageSkeleton } from "../../view/skeleton.js";
import { Failure } from "../../view/states.js";
import { useSecond } from "../../view/time.js";
import { Connections } from "./connections.js";
import { Jobs } from "./jobs.js";
import { Pipeline } from "./pipeline.js";
import { Trainings } from "./trainings.js";
import { formatBytes, formatCount, jobName } from "./words.js";

/** Whether the service itself is well: what it does, how long that takes, where it reads and writes. */
export default function SystemPage() {
  const { client } = useService();
  const { data, error, refresh } = useAnswer({
    key: "system",
    ask: (signal) => client.system(signal),
    when: () => true,
    atMost: 5_000,
  });
  useEffect(() => {
    document.title = "System · Loadcast";
  }, []);
  if (!data) return error ? <Failure error={error} onRetry={refresh} /> : <PageSkeleton page="system" />;
  const trouble = troubleOf(data);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>System</h1>
          <p class={trouble === null ? "page-sub" : "page-sub page-trouble"}>{trouble ?? "Everything works."}</p>
        </div>
      </div>
      {error && (
        <p class="notice notice-failed" role="alert">
          {error.message}
        </p>
      )}
      <Facts system={data} />
      <Trainings trainings={data.trainings} />
      <Pipeline steps={data.steps} />
      <Jobs jobs={data.jobs} />
      <Connections sources={data.sources} sinks={data.sinks} />
    </>
  );
}

function Facts({ system }: { readonly system: SystemResponse }) {
  const { skew } = useLink();
  const up = useSecond() + skew - Date.parse(system.startedAt);
  const { executor, series } = system;
  const facts: [name: string, value: string, note: string][] = [
    ["Series with a forecast", formatCount(series.forecast), `${series.waiting} waiting, ${series.failed} failed`],
    [
      "Work in progress",
      `${executor.running} of ${executor.concurrency}`,
      `${executor.waiting} waiting, executor “${executor.name}”`,
    ],
    ["Memory", formatBytes(system.memoryBytes), "of the service"],
    ["Store", system.storeBytes === null ? "–" : formatBytes(system.storeBytes), "on disk"],
    ["Running for", formatDuration(up), `version ${system.version}`],
  ];
  return (
    <dl class="facts">
      {facts.map(([name, value, note]) => (
        <div key={name} class="panel">
          <dt>{name}</dt>
          <dd>
            <b>{value}</b>
            <span>{note}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** One sentence that says what is not well; null where all is. */
function troubleOf({ jobs, sources, sinks, steps }: SystemResponse): string | null {
  const failed = [
    ...sources.filter((source) => source.status === "failed").map((source) => `source “${source.name}” fails`),
    ...sinks.filter((sink) => sink.lastError !== null).map((sink) => `sink “${sink.name}” has trouble`),
    ...jobs.filter((job) => job.lastError !== null).map((job) => `the last run of “${jobName(job.name)}” had errors`),
    ...steps
      .filter(
        (step) => step.lastError !== null && !jobs.some((job) => job.name === step.name && job.lastError !== null),
      )
      .map((step) => `step “${step.name}” had errors`),
  ];
  if (failed.length === 0) return null;
  const text = failed.join(", ");
  return `${text[0].toUpperCase()}${text.slice(1)}. Details below.`;
}
