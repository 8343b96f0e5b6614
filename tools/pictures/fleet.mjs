// A made-up fleet for the guide's pictures: hosts whose rhythm is that of the demo host at other hours, and a few in trouble.
import { demoBatches } from "../../packages/forecast-service/dist/demo.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEP = 5 * MINUTE;

/** @typedef {(time: number, now: number, calm: number) => number} Shape a value, from its time and that of a host at rest */

/**
 * Memory that grew by `rate` percent an hour in the last `hours`, and stands at `at` percent at `now`.
 *
 * @type {(leak: { at: number, rate: number, hours: number }) => Shape}
 */
const leak =
  ({ at, rate, hours }) =>
  (time, now, calm) =>
    at - rate * Math.min(hours, (now - time) / HOUR) + 0.15 * (calm - 57);

/** Builds: idle, or at full load for some twenty minutes. @type {Shape} */
const builds = (time, _, calm) => {
  const slot = Math.floor(time / (20 * MINUTE));
  const drawn = (Math.imul(slot ^ (slot >>> 5), 2654435761) >>> 0) / 2 ** 32;
  const day = 0.5 - 0.5 * Math.cos((2 * Math.PI * (time % DAY)) / DAY);
  return drawn < 0.1 + 0.25 * day ? 84 + 0.3 * (calm - 34) : 14 + 0.06 * (calm - 34);
};

/**
 * A quiet server that was busy for some minutes so many hours before `now`.
 *
 * @type {(hours: readonly number[]) => Shape}
 */
const surprises = (hours) => (time, now, calm) =>
  3 + 0.6 * calm + (hours.some((hour) => Math.abs((now - time) / HOUR - hour) < 0.08) ? 24 : 0);

/** @type {Record<string, Record<string, Shape>>} */
const SPECIAL = {
  "cache-01": { memory_percent: leak({ at: 88.6, rate: 0.8, hours: 40 }) },
  "db-01.prod.eu-central-1.example.net": { memory_percent: leak({ at: 88.9, rate: 1.9, hours: 16 }) },
  "build-01": { cpu_percent: builds },
  "web-02": { cpu_percent: surprises([4.6, 11.3, 19.2]) },
};
/** Stopped sending so long ago. @type {Record<string, number>} */
const SILENT = { "batch-07": 6 * HOUR };

const KINDS = ["web", "queue", "edge", "api", "mail"];

/** Names of so many hosts, the special ones first. @param {number} count */
export function hostNames(count) {
  const plain = Array.from({ length: count }, (_, place) => {
    const number = String(1 + Math.floor(place / KINDS.length)).padStart(2, "0");
    return `${KINDS[place % KINDS.length]}-${number}`;
  });
  return [...new Set([...Object.keys(SPECIAL), ...Object.keys(SILENT), ...plain])].slice(0, count);
}

/**
 * The samples of a host with from ≤ time < to, as they would have come by `now`.
 *
 * @param {string} host
 * @param {{ from: number, to: number }} range
 * @param {number} now
 */
export function samplesOf(host, { from, to }, now) {
  const seed = [...host].reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) >>> 0, 7);
  // Whole steps, so that what starts on the hour elsewhere starts at some other minute here.
  const shift = (1 + (seed % 97)) * STEP + 28 * DAY * (1 + (seed % 50));
  const scale = 0.35 + (0.5 * ((seed >>> 8) % 100)) / 100;
  const end = host in SILENT ? Math.min(to, now - SILENT[host]) : to;
  return demoBatches({ from: from - shift, to: end - shift }).map(({ metric, times, values }) => {
    const base = metric === "memory_percent" ? 15 + (seed % 30) : 2;
    const special = SPECIAL[host]?.[metric];
    return {
      host,
      metric,
      times: Array.from(times, (time) => time + shift),
      values: Array.from(values, (value, place) => {
        const made = special ? special(times[place] + shift, now, value) : base + scale * value;
        return Math.round(100 * Math.min(100, Math.max(0, made))) / 100;
      }),
    };
  });
}
