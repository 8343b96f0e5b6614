/** Deletes all registered models of an MLflow server, so that a registry begins with none. */
export async function emptyMlflow(url: string): Promise<void> {
  const api = `${url}/api/2.0/mlflow/registered-models`;
  for (;;) {
    const answer = await fetch(`${api}/search?max_results=1000`);
    const { registered_models: models = [] } = (await answer.json()) as { registered_models?: { name: string }[] };
    if (models.length === 0) return;
    for (const { name } of models) {
      const headers = { "content-type": "application/json" };
      const deleted = await fetch(`${api}/delete`, { method: "DELETE", headers, body: JSON.stringify({ name }) });
      if (!deleted.ok) throw new Error(`cannot delete ${name}: ${await deleted.text()}`);
    }
  }
}
