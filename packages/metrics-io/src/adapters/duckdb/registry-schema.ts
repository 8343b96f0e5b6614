/** Trainings, and the versions some of them became. */
export const RUNS_TABLE = `CREATE TABLE registry_runs (
    run_id INTEGER PRIMARY KEY, model_id INTEGER NOT NULL, version INTEGER, key VARCHAR NOT NULL,
    started_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, status VARCHAR NOT NULL,
    parameters VARCHAR NOT NULL, metrics VARCHAR NOT NULL, tags VARCHAR NOT NULL, version_tags VARCHAR,
    pack VARCHAR, artifacts VARCHAR NOT NULL, document_pack VARCHAR, document_at INTEGER, document_size INTEGER)`;

/**
 * Tables of the model registry; documents and artifacts lie beside the database (registry-packs.ts). The primary key is for speed: a
 * search without one reads the long texts of neighbouring rows as well. `registry_changes` tells in order what was done: it holds the
 * aliases, their histories, the highest version numbers, and what those have to repeat that follow the registry.
 */
export const REGISTRY_TABLES = `
  CREATE TABLE registry_models (model_id INTEGER NOT NULL, name VARCHAR NOT NULL);
  ${RUNS_TABLE};
  CREATE TABLE registry_changes (
    change BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind VARCHAR NOT NULL, model_id INTEGER NOT NULL,
    key VARCHAR, version INTEGER, alias VARCHAR);
  CREATE TABLE registry_followers (follower VARCHAR NOT NULL, position BIGINT NOT NULL);
  CREATE VIEW model_aliases AS
    SELECT name AS model, alias, arg_max_null(version, change) AS version
    FROM registry_changes JOIN registry_models USING (model_id) WHERE kind = 'alias' GROUP BY name, alias
    HAVING arg_max_null(version, change) IS NOT NULL;
  CREATE VIEW model_versions AS
    SELECT name AS model, version, epoch_ms(ended_ms) AS trained_at, parameters, metrics, version_tags AS tags,
      (SELECT list(alias ORDER BY alias) FROM model_aliases
       WHERE model_aliases.model = name AND model_aliases.version = registry_runs.version) AS aliases
    FROM registry_runs JOIN registry_models USING (model_id) WHERE version IS NOT NULL;`;
