import { type JobInput, type JobName, runJob } from "./jobs.js";

/** What a thread runs for each job. */
export default function work({ job, input }: { job: JobName; input: JobInput<JobName> }) {
  return runJob(job, input);
}
