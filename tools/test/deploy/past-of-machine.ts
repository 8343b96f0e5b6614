/** What `pastOfMachine` needs to know. */
export interface Past {
  readonly host: string;
  /** Its end, in milliseconds; nothing is written for this time itself. */
  readonly until: number;
  readonly hours: number;
  /** Memory in use at the end, in per cent: the machine's own level before the load. */
  readonly percent: number;
  /** Its memory in bytes. */
  readonly total: number;
  readonly processors: number;
}

const MINUTE = 60_000;
const STEP = 5 * MINUTE;
/** Above what the counters of a machine reach, so that the first real one looks like a restart and not like years of idleness. */
const LAST_COUNT = 1e9;

/**
 * A past for a machine that has only now begun to be watched, once a minute, in lines of InfluxDB as Telegraf writes them: made up, since
 * nobody waits for hours. Its memory swings a little about the level that the machine really has, and slowly: what rises goes on
 * rising for a while, as it does when work comes in. Its processors do next to nothing.
 */
export function pastOfMachine({ host, until, hours, percent, total, processors }: Past): string {
  const begin = until - hours * 60 * MINUTE;
  const swings = slowSwings(Math.ceil((hours * 60 * MINUTE) / STEP) + 2);
  // Not below nothing, on a machine that has next to nothing in use.
  const scale = Math.min(1, percent / 8);
  const random = evenly();
  const lines: string[] = [];
  for (let time = begin; time < until; time += MINUTE) {
    const ago = (until - time) / STEP;
    const [near, far] = [swings[Math.floor(ago)], swings[Math.floor(ago) + 1]];
    const used = percent + scale * (near + (far - near) * (ago % 1));
    const available = Math.round(total * (1 - used / 100));
    const tags = `prometheus,host=${host},job=node`;
    lines.push(`${tags} node_memory_MemAvailable_bytes=${available},node_memory_MemTotal_bytes=${total} ${time}`);
    for (let processor = 0; processor < processors; processor++) {
      const idle = LAST_COUNT - (0.94 * (until - time)) / 1000 + 2 * random();
      lines.push(`${tags},cpu=${processor},mode=idle node_cpu_seconds_total=${idle} ${time}`);
    }
  }
  return lines.join("\n");
}

/** Some points about nothing, beginning there: an autoregression whose roots are 0.985 and 0.85, the same in either direction of time. */
function slowSwings(count: number): number[] {
  const random = evenly();
  const swings = [0, 0];
  while (swings.length < count + 1) {
    const noise = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
    swings.push(1.835 * (swings.at(-1) as number) - 0.83725 * (swings.at(-2) as number) + 0.08 * noise);
  }
  return swings.slice(1);
}

/** Numbers between 0 and 1 that look like chance and are the same in every run. */
function evenly(): () => number {
  let seed = 7;
  return () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
}
