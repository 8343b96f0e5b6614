import { registryChecks } from "../../registry/check.js";
import type { JournaledRegistry } from "../../registry.js";
import { NAME } from "./open.js";
import { query, toChange } from "./registry-read.js";
import type { RegistryWriter } from "./registry-write.js";
import type { SessionKeeper } from "./session.js";

/** What changed in the registry, in order, and how far those have come who follow it. */
export function registryJournal(
  sessions: SessionKeeper,
  writer: RegistryWriter,
  checkOpen: () => void,
): Pick<JournaledRegistry, "changes" | "countChanges" | "position" | "setPosition"> {
  const check = registryChecks(NAME);
  return {
    async changes(after, limit) {
      checkOpen();
      check.limit(limit);
      return sessions.read("reading the registry's changes", async ({ instance }) => {
        const rows = await query(
          instance,
          `SELECT change::DOUBLE, at_ms::DOUBLE, kind, name, key, version, alias
           FROM registry_changes JOIN registry_models USING (model_id) WHERE change > $1 ORDER BY change LIMIT $2`,
          [BigInt(after), limit],
        );
        return rows.map(toChange);
      });
    },

    async countChanges(after) {
      checkOpen();
      return sessions.read("counting the registry's changes", async ({ instance }) => {
        const sql = "SELECT count(*)::DOUBLE FROM registry_changes WHERE change > $1";
        const [[count]] = await query(instance, sql, [BigInt(after)]);
        return Number(count);
      });
    },

    async position(follower) {
      checkOpen();
      return sessions.read("reading a follower's position", async ({ instance }) => {
        const rows = await query(instance, "SELECT position::DOUBLE FROM registry_followers WHERE follower = $1", [
          follower,
        ]);
        return rows.length === 0 ? 0 : Number(rows[0][0]);
      });
    },

    async setPosition(follower, change) {
      checkOpen();
      await writer.write(async (tx) => {
        await tx.run("DELETE FROM registry_followers WHERE follower = $1", [follower]);
        await tx.run("INSERT INTO registry_followers VALUES ($1, $2)", [follower, BigInt(change)]);
      });
    },
  };
}
