import { AdapterError } from "../../errors.js";
import type { MlflowClient } from "./client.js";
import { errorCode, NAME } from "./failure.js";

/** The experiment that holds the runs. */
export interface ExperimentKeeper {
  /** Its id; it is made, or brought back, when it is not there. */
  id(): Promise<string>;
  /** Runs `work` with its id, and once more when somebody deleted the experiment in the meantime. */
  using<T>(work: (id: string) => Promise<T>): Promise<T>;
}

/**
 * Finds the experiment by name. One that somebody deleted is restored, with all its runs, and `restored` is told: a new one of the same
 * name is not possible as long as MLflow keeps the old.
 */
export function keepExperiment(
  client: MlflowClient,
  name: string,
  restored: (message: string) => void,
): ExperimentKeeper {
  let known: Promise<string> | null = null;

  const find = async (): Promise<string> => {
    let experiment = await client.experimentByName(name);
    if (experiment === null) {
      try {
        return await client.createExperiment(name, [
          {
            key: "mlflow.note.content",
            value: "Trainings of Loadcast. Aliases of its models say which version forecasts.",
          },
        ]);
      } catch (error) {
        // Somebody else made it first, or the answer to an earlier attempt was lost.
        experiment = await client.experimentByName(name);
        if (experiment === null) throw error;
      }
    }
    if (experiment.deleted) {
      await client.restoreExperiment(experiment.id);
      restored(`the experiment ${JSON.stringify(name)} had been deleted in MLflow and was restored with its runs`);
    }
    return experiment.id;
  };

  const id = (): Promise<string> => {
    if (known === null) {
      const finding = find();
      known = finding;
      finding.catch(() => {
        if (known === finding) known = null;
      });
    }
    return known;
  };

  return {
    id,
    async using(work) {
      const before = await id();
      try {
        return await work(before);
      } catch (error) {
        if (!["INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"].includes(errorCode(error) ?? "")) throw error;
        const now = await client.experimentByName(name);
        if (now !== null && !now.deleted && now.id === before) throw error;
        known = null;
        try {
          return await work(await id());
        } catch (again) {
          if (!(again instanceof AdapterError)) throw again;
          throw new AdapterError(
            NAME,
            `the experiment ${JSON.stringify(name)} was deleted in MLflow, and after it was restored: ${again.message}`,
            {
              code: again.code,
              cause: again.cause,
            },
          );
        }
      }
    },
  };
}
