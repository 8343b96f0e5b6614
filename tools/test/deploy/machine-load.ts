import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { availableParallelism, freemem, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

/** Share of this machine's memory that is in use, in per cent, as node exporter counts it. */
export const memoryInUse = (): number => 100 * (1 - freemem() / totalmem());

const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A real load on this machine. Whatever happens, it ends with this process. */
export interface MachineLoad {
  /** Climbs steadily to that share of the memory in use, in per cent, others' included, and stays there. */
  climbTo(percent: number, seconds: number): void;
  /** Keeps every processor busy for so long. Returns how many seconds of processor time that took. */
  burn(seconds: number): Promise<number>;
  stop(): Promise<void>;
}

export function machineLoad(): MachineLoad {
  const children = new Set<ChildProcess>();
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    // One that ends while it is written to has said so by its end.
    child.stdin.on("error", () => {});
    children.add(child);
    child.once("exit", () => children.delete(child));
    return child;
  };
  const holder = start(["--expose-gc", program("./hold-memory.mjs")]);
  return {
    climbTo(percent, seconds) {
      holder.stdin.write(`${JSON.stringify({ to: percent, seconds })}\n`);
    },
    async burn(seconds) {
      const burnt = Array.from({ length: availableParallelism() }, async () => {
        const child = start([program("./burn-processor.mjs"), String(seconds)]);
        let told = "";
        child.stdout.on("data", (part) => {
          told += part;
        });
        await once(child, "close");
        return Number(told);
      });
      return (await Promise.all(burnt)).reduce((sum, one) => sum + one, 0);
    },
    async stop() {
      await Promise.all(
        [...children].map((child) => {
          const ended = once(child, "exit");
          child.kill("SIGKILL");
          return ended;
        }),
      );
    },
  };
}
