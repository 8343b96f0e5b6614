import type { SystemResponse } from "../../../../src/http/contract.js";
import { useLink } from "../../data/service.js";
import { ScrollBox } from "../../view/scroll-box.js";
import { Age, Until } from "../../view/time.js";
import { formatCount, formatSeconds, jobName } from "./words.js";

/** What the scheduler starts by itself, and when. */
export function Jobs({ jobs }: { readonly jobs: SystemResponse["jobs"] }) {
  const { skew } = useLink();
  return (
    <section class="panel panel-pad">
      <h2>Jobs</h2>
      <p class="panel-note">What the service starts by itself. A run is skipped while the one before still works.</p>
      <ScrollBox label="Jobs">
        <table class="table jobs">
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col" class="left">
                State
              </th>
              <th scope="col">Last run</th>
              <th scope="col" class="spare">
                Took
              </th>
              <th scope="col">Next run</th>
              <th scope="col" class="spare">
                Runs
              </th>
              <th scope="col" class="spare">
                Skipped
              </th>
              <th scope="col" class="left">
                Last error
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.name}>
                <th scope="row">
                  <strong>{jobName(job.name)}</strong>
                </th>
                <td class="left">
                  <span class={job.running ? "badge badge-good" : "badge badge-plain"}>
                    {job.running ? "running" : "idle"}
                  </span>
                </td>
                <td>{job.lastRun === null ? "–" : <Age at={Date.parse(job.lastRun)} skew={skew} />}</td>
                <td class="spare">{formatSeconds(job.lastSeconds)}</td>
                <td>{job.nextRun === null ? "–" : <Until at={Date.parse(job.nextRun)} skew={skew} />}</td>
                <td class="spare">{formatCount(job.runs)}</td>
                <td class="spare">{formatCount(job.skipped)}</td>
                <td class={job.lastError === null ? "left" : "left wrap job-error"}>{job.lastError ?? "none"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}
