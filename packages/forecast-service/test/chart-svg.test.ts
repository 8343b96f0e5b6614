import { describe, expect, it } from "vitest";
import { renderSvg, trainingChart } from "../src/chart-svg.js";
import { preprocess } from "../src/pipeline/preprocess.js";
import { STEP, STEP_MILLIS } from "../src/settings.js";

const band = (level: number, half: number) => ({ level, lower: [50 - half, 50 - half], upper: [50 + half, 50 + half] });
const forecast = { from: 4, median: [50, 52], intervals: [band(0.8, 5), band(0.95, 10)] };

describe("the SVG chart", () => {
  it("draws history with its gaps, the median and both bands, the wider one first", () => {
    const svg = renderSvg({ title: "web <cpu> & more", history: [40, 45, Number.NaN, 60], forecast, times: null });
    expect(svg).toContain("<title>web &lt;cpu&gt; &amp; more</title>");
    expect(svg.match(/class="past"/g)).toHaveLength(2);
    expect(svg.match(/class="ahead"/g)).toHaveLength(1);
    const bands = [...svg.matchAll(/class="band"[^>]*points="([^"]*)"/g)].map(([, points]) =>
      points.split(" ").map((p) => p.split(",").map(Number)),
    );
    expect(bands).toHaveLength(2);
    const height = (points: number[][]) =>
      Math.max(...points.map(([, y]) => y)) - Math.min(...points.map(([, y]) => y));
    expect(height(bands[0])).toBeCloseTo(2 * height(bands[1]), 0);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(svg).toContain("80 % and 95 % intervals");
    // Every tag is closed.
    expect(svg.trimEnd().endsWith("</svg>")).toBe(true);
  });

  it("keeps values in their place: the scale is linear, time runs evenly", () => {
    const svg = renderSvg({
      title: "t",
      history: [0, 100, 50],
      forecast: { from: 3, median: [25], intervals: [] },
      times: null,
    });
    const [past] = [...svg.matchAll(/class="past"[^>]*points="([^"]*)"/g)].map(([, points]) =>
      points.split(" ").map((p) => p.split(",").map(Number)),
    );
    const [[x0, y0], [x1, y1], [x2, y2]] = past;
    expect(x1 - x0).toBeCloseTo(x2 - x1, 0);
    expect(y2).toBeCloseTo((y0 + y1) / 2, 0);
    expect(y1).toBeLessThan(y0);
  });

  it("has round numbers beside it, and no hole where the forecast begins", () => {
    const svg = renderSvg({ title: "t", history: [24, 60, 100], forecast: { ...forecast, from: 3 }, times: null });
    const labels = [...svg.matchAll(/text-anchor="end">([\d.]+)<\/text>/g)].map(([, label]) => label);
    expect(labels.slice(0, 4)).toEqual(["40", "60", "80", "100"]);
    const points = (name: string) => new RegExp(`class="${name}"[^>]*points="([^"]*)"`).exec(svg)?.[1].split(" ") ?? [];
    expect(points("ahead")[0]).toBe(points("past").at(-1));
    expect(points("ahead")).toHaveLength(3);
  });

  it("has a scale for constants and for nothing at all", () => {
    for (const history of [[5, 5], [Number.NaN], []]) {
      const svg = renderSvg({
        title: "t",
        history,
        forecast: { from: history.length, median: [], intervals: [] },
        times: null,
      });
      expect(svg).not.toMatch(/NaN|Infinity/);
    }
  });

  it("has a size, and says when it begins, where the forecast begins and where it ends, none over another", () => {
    const lasts = { median: Array(48).fill(50), intervals: [] };
    for (const [from, labels] of [
      [288, 3],
      [60, 3],
      [30, 3],
      [4, 2],
    ]) {
      const times = Array.from({ length: from + 48 }, (_, i) => i * STEP_MILLIS);
      const svg = renderSvg({ title: "t", history: Array(from).fill(40), forecast: { from, ...lasts }, times });
      expect(svg).toMatch(/^<svg [^>]*width="960" height="360" viewBox="0 0 960 360"/);
      const spans = [...svg.matchAll(/<text x="([\d.]+)" y="348" text-anchor="(\w+)">([^<]*)</g)].map(
        ([, at, anchor, text]) => {
          // 6.7 pixels a character is what Chromium takes for digits.
          const begin = Number(at) - { start: 0, middle: 0.5, end: 1 }[anchor as "start"] * text.length * 6.7;
          return [begin, begin + text.length * 6.7] as const;
        },
      );
      expect(spans).toHaveLength(labels);
      spans.slice(1).forEach(([begin], i) => {
        expect(begin).toBeGreaterThan(spans[i][1]);
      });
    }
  });

  it("shows a training's last judged forecast beside what came", () => {
    const values = Float64Array.from({ length: 400 }, (_, t) => 40 + (t % 12));
    const prepared = preprocess({ values, start: 0, step: STEP }, {});
    const column = new Float64Array(48).fill(45);
    const example = { origin: 352, median: column, intervals: [{ level: 0.8, lower: column, upper: column }] };
    const [artifact] = trainingChart("web/cpu_percent", prepared, example);
    expect(artifact).toMatchObject({ path: "forecast.svg", contentType: "image/svg+xml" });
    expect(artifact.body).toContain(new Date(64 * STEP_MILLIS).toISOString().slice(0, 10));
    expect(trainingChart("x", prepared, null)).toEqual([]);
  });
});
