import "./model.css";
import { useAnswer, useService } from "../../data/service.js";
import type { KnownSeries } from "../../data/use-series.js";
import { useTask } from "../../data/use-task.js";
import type { ModelRoute } from "../../route.js";
import { SeriesShell } from "../../view/series-shell.js";
import { PanelSkeleton } from "../../view/skeleton.js";
import { TaskProgress } from "../../view/task-progress.js";
import { ModelView } from "./model-view.js";
import { Versions } from "./versions.js";

/** The model of a series: what it is, why it was chosen, how well it fits, and what was there before it. */
export default function ModelPage({ route }: { readonly route: ModelRoute }) {
  return <SeriesShell route={route}>{({ entry }) => <Model entry={entry} route={route} />}</SeriesShell>;
}

function Model({ entry, route }: { readonly entry: KnownSeries["entry"]; readonly route: ModelRoute }) {
  const { client } = useService();
  const { id, version } = route;
  const training = useTask("train", id);
  const asked = version ?? "champion";
  const { data, error } = useAnswer({
    key: `model ${id} ${asked}`,
    // As data: that there is no such version is an answer.
    ask: async (signal) => ({ model: await client.model(id, asked, signal) }),
    when: (event) => (event.type === "alias" || event.type === "model") && event.series === id,
  });
  const model = data?.model ?? null;
  const result = training.task?.result;
  const train = (
    <TaskProgress
      followed={training}
      action="Train now"
      doing="Training"
      title="Fits a new version to the latest values; it goes live when it passes the gate"
    />
  );
  const trained = result && "gate" in result && (
    <p role="status" class="model-trained">
      Trained {result.modelVersion.replace(/^.*@/, "v")}. {result.gate.reason}
    </p>
  );
  return (
    <>
      {error && (
        <p class="notice notice-failed" role="alert">
          {error.message}
        </p>
      )}
      {!data && !error && <PanelSkeleton height={480} />}
      {data && !model && (
        <section class="panel panel-pad">
          <div class="about-head">
            <h2>{version === null ? "There is no model yet" : `There is no version ${version}`}</h2>
            {train}
          </div>
          {trained}
          <p class="panel-note">
            {version === null
              ? (entry.reason ?? "The first one is trained as soon as there is enough history.")
              : "It may have been deleted. The versions below are there."}
          </p>
        </section>
      )}
      {model && (
        <ModelView
          model={model}
          stepSeconds={entry.history?.stepSeconds ?? 300}
          head={{ action: train, outcome: trained }}
        />
      )}
      {(model || version !== null) && <Versions id={id} shown={model?.version ?? 0} />}
    </>
  );
}
