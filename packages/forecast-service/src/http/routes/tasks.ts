import type { FastifyInstance, FastifyReply } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { Tasks } from "../../questions.js";
import type { TaskResponse } from "../contract.js";
import { problemResponse, seriesParams, taskParams, taskResponse } from "../schemas.js";

const WORK = {
  train: {
    summary: "Train a new version",
    description: "The version goes live if it passes the gate; the task's result says why it did or did not.",
  },
  backtest: {
    summary: "Replay forecasts of the past",
    description: "Forecasts of the model in use and of the baselines from moments of the past, held against what came.",
  },
} as const;

/** Long work: it is started, asked about, and stopped. */
export function taskRoutes(app: FastifyInstance, { tasks }: { tasks: Tasks }): void {
  const api = app.withTypeProvider<ZodTypeProvider>();

  const accepted = (reply: FastifyReply, task: TaskResponse) =>
    reply
      .code(202)
      .header("location", `/api/v1/tasks/${encodeURIComponent(task.task)}`)
      .send(task);

  for (const kind of ["train", "backtest"] as const) {
    api.post(
      `/series/:id/${kind}`,
      {
        config: { access: "train" },
        schema: {
          tags: ["tasks"],
          summary: WORK[kind].summary,
          description: `${WORK[kind].description} Asking again while it runs gives the same task. Location is where to ask for its progress.`,
          params: seriesParams,
          response: {
            202: taskResponse,
            400: problemResponse,
            404: problemResponse,
            409: problemResponse,
            503: problemResponse,
          },
        },
      },
      async ({ params }, reply) => accepted(reply, await tasks.start(kind, params.id)),
    );
  }

  api.get(
    "/tasks/:task",
    {
      config: { access: "read" },
      schema: {
        tags: ["tasks"],
        summary: "State of a task",
        description: "Tasks that ended are kept for an hour.",
        params: taskParams,
        response: { 200: taskResponse, 400: problemResponse, 404: problemResponse },
      },
    },
    async ({ params }) => tasks.get(params.task),
  );

  api.delete(
    "/tasks/:task",
    {
      config: { access: "train" },
      schema: {
        tags: ["tasks"],
        summary: "Stop a task",
        description:
          "The task is over at once, for everyone who asked for it, and says `cancelled`. What it has done so far is thrown away, unless the schedule wants the same training: that one goes on, and its version appears. A task that ended stays as it is.",
        params: taskParams,
        response: { 200: taskResponse, 400: problemResponse, 404: problemResponse },
      },
    },
    async ({ params }) => tasks.cancel(params.task),
  );
}
