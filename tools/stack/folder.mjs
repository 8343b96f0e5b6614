import { homedir } from "node:os";
import { join } from "node:path";

/** Where the servers are installed, outside the repository: one folder for all clones. LOADCAST_STACK names another. */
export const stackFolder =
  process.env.LOADCAST_STACK || join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "loadcast", "stack");
