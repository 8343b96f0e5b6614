/**
 * Tables of the model registry. None has a primary key: an index would live in memory, and the one writer sees to it that each thing is
 * there once. Contents of artifacts are compressed where that makes them smaller: a model's document shrinks to a quarter.
 * `registry_changes` tells in order what was done, for aliases' histories and for those that follow the registry.
 */
export const REGISTRY_TABLES = `
  CREATE TABLE registry_models (model_id INTEGER NOT NULL, name VARCHAR NOT NULL);
  CREATE TABLE registry_runs (
    run_id INTEGER NOT NULL, model_id INTEGER NOT NULL, version INTEGER, key VARCHAR NOT NULL,
    started_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, status VARCHAR NOT NULL,
    parameters VARCHAR NOT NULL, metrics VARCHAR NOT NULL, tags VARCHAR NOT NULL, version_tags VARCHAR);
  CREATE TABLE registry_artifacts (
    run_id INTEGER NOT NULL, path VARCHAR NOT NULL, content_type VARCHAR NOT NULL, compression VARCHAR NOT NULL, body BLOB NOT NULL);
  CREATE TABLE registry_aliases (model_id INTEGER NOT NULL, alias VARCHAR NOT NULL, version INTEGER NOT NULL);
  CREATE TABLE registry_changes (
    change BIGINT NOT NULL, at_ms BIGINT NOT NULL, kind VARCHAR NOT NULL, model_id INTEGER NOT NULL,
    key VARCHAR, version INTEGER, alias VARCHAR);
  CREATE TABLE registry_followers (follower VARCHAR NOT NULL, position BIGINT NOT NULL);
  CREATE VIEW model_versions AS
    SELECT name AS model, version, epoch_ms(ended_ms) AS trained_at, parameters, metrics, version_tags AS tags,
      (SELECT list(alias ORDER BY alias) FROM registry_aliases
       WHERE registry_aliases.model_id = registry_runs.model_id AND registry_aliases.version = registry_runs.version) AS aliases
    FROM registry_runs JOIN registry_models USING (model_id) WHERE version IS NOT NULL;`;
