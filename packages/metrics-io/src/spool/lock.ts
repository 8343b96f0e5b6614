import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { AdapterError } from "../errors.js";
import { NAME } from "./record.js";

/**
 * Takes a folder for this process alone; gives what releases it. A process that was killed holds nothing: its lock names a process
 * that is gone, or one that took its number and started at another time.
 *
 * Throws AdapterError (IN_USE) that names the holder.
 */
export function lockFolder(dir: string): () => void {
  const file = join(dir, "lock");
  const own = join(dir, `lock.${process.pid}.${Math.random().toString(36).slice(2)}`);
  writeFileSync(own, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    for (let tries = 0; tries < 3; tries++) {
      if (link(own, file)) return () => rmSync(file, { force: true });
      const found = read(file);
      const pid = holder(found);
      if (pid !== null) {
        throw new AdapterError(NAME, `the folder ${dir} is in use by process ${pid}; give every process its own`, {
          code: "IN_USE",
        });
      }
      // Two may find the same dead lock. Who moves away what is not that lock any more puts it back.
      const dead = `${own}.dead`;
      try {
        renameSync(file, dead);
      } catch {
        continue;
      }
      if (read(dead) !== found) link(dead, file);
      rmSync(dead, { force: true });
    }
    throw new AdapterError(NAME, `the folder ${dir} is being taken by another process; give every process its own`, {
      code: "IN_USE",
    });
  } finally {
    rmSync(own, { force: true });
  }
}

/** Puts a file under a second name, unless that is taken. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** The living process that a lock names. */
function holder(text: string | null): number | null {
  try {
    const { pid, started } = JSON.parse(text ?? "") as { pid: number; started: string | null };
    process.kill(pid, 0);
    return started === startOf(pid) ? pid : null;
  } catch (error) {
    // Not allowed to signal it: it lives, under another user.
    const alive = (error as NodeJS.ErrnoException).code === "EPERM";
    return alive ? (JSON.parse(text ?? "") as { pid: number }).pid : null;
  }
}

/** When a process started, in ticks since the machine did; null where the system does not tell. */
function startOf(pid: number): string | null {
  const status = read(`/proc/${pid}/stat`);
  // The name of the program, in parentheses, may hold anything; field 22 counts from behind it.
  return status?.slice(status.lastIndexOf(")") + 2).split(" ")[19] ?? null;
}
