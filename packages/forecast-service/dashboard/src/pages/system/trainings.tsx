import type { SystemResponse } from "../../../../src/http/contract.js";
import { useLink } from "../../data/service.js";
import { formatRoute, seriesRoute } from "../../route.js";
import { Age } from "../../view/time.js";
import { stageWords } from "../../view/training.js";

/** What is trained now, and how far it is; nothing where nothing is. */
export function Trainings({ trainings }: { readonly trainings: SystemResponse["trainings"] }) {
  const { skew } = useLink();
  if (trainings.length === 0) return null;
  return (
    <section class="panel panel-pad">
      <h2>Trained now</h2>
      <p class="panel-note">Whoever wanted it: the schedule, drift, or somebody who asked.</p>
      <ul class="trainings">
        {trainings.map(({ series, stage, since }) => (
          <li key={series}>
            <a href={formatRoute(seriesRoute(series))}>{series}</a>
            <span>{stageWords(stage)}</span>
            <span class="trainings-since">
              begun <Age at={Date.parse(since)} skew={skew} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
