import { AdapterError } from "../../errors.js";
import { NAME } from "./failure.js";

/**
 * The address path at which a server that serves artifacts has a file, from the URI of the run ("mlflow-artifacts:/1/…/artifacts") and the
 * file's path below it. A run whose URI is of another kind keeps its files where only MLflow's own clients could fetch them.
 */
export function artifactPath(uri: string, path: string): string {
  const [, folder] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/.exec(uri) ?? [];
  if (folder === undefined) {
    throw new AdapterError(
      NAME,
      `this server keeps artifacts at ${JSON.stringify(uri)} and does not serve them; start it with --serve-artifacts and --artifacts-destination`,
      { code: "FAILED" },
    );
  }
  const parts = `${folder}/${path}`.split("/").filter((part) => part !== "");
  return `/api/2.0/mlflow-artifacts/artifacts/${parts.map(encodeURIComponent).join("/")}`;
}
