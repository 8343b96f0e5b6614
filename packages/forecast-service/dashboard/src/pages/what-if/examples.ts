/** Data to try the page with. */

/** Monthly totals of international airline passengers, 1949 to 1960, thousands (Box & Jenkins 1976, series G; in R as AirPassengers). */
const PASSENGERS = [
  112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149, 170, 170, 158, 133, 114,
  140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166, 171, 180, 193, 181, 183, 218, 230, 242, 209, 191,
  172, 194, 196, 196, 236, 235, 229, 243, 264, 272, 237, 211, 180, 201, 204, 188, 235, 227, 234, 264, 302, 293, 259,
  229, 203, 229, 242, 233, 267, 269, 270, 315, 364, 347, 312, 274, 237, 278, 284, 277, 317, 313, 318, 374, 413, 405,
  355, 306, 271, 306, 315, 301, 356, 348, 355, 422, 465, 467, 404, 347, 305, 336, 340, 318, 362, 348, 363, 435, 491,
  505, 404, 359, 310, 337, 360, 342, 406, 396, 420, 472, 548, 559, 463, 407, 362, 405, 417, 391, 419, 461, 472, 535,
  622, 606, 508, 461, 390, 432,
];

export function passengersCsv(): string {
  const lines = PASSENGERS.map((value, place) => {
    const month = String((place % 12) + 1).padStart(2, "0");
    return `${1949 + Math.floor(place / 12)}-${month},${value}`;
  });
  return `month,passengers\n${lines.join("\n")}\n`;
}

/** Two days of a made-up CPU, every five minutes: a rhythm of the hour and the day, noise that remembers, one gap. */
export function cpuCsv(now: number): string {
  const step = 300_000;
  const start = Math.floor(now / step) * step - 575 * step;
  let state = 7;
  let noise = 0;
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647; // Park & Miller 1988, "minimal standard"
    return state / 2_147_483_647;
  };
  const lines = Array.from({ length: 576 }, (_, place) => {
    noise = 0.7 * noise + 5 * (uniform() + uniform() + uniform() - 1.5);
    const day = 14 * Math.sin((2 * Math.PI * place) / 288 - 1.2);
    const hour = 4 * Math.sin((2 * Math.PI * place) / 12);
    const value = Math.min(100, Math.max(0, 38 + day + hour + noise));
    const time = new Date(start + place * step).toISOString().replace(".000", "");
    return `${time},${place >= 200 && place < 206 ? "" : value.toFixed(1)}`;
  });
  return `time,cpu_percent\n${lines.join("\n")}\n`;
}
