import { useState } from "preact/hooks";
import type { AccuracyResponse, HorizonAccuracy } from "../../../../src/http/contract.js";
import { formatNumber, type Unit } from "../../format.js";
import { TimeLines } from "../../plots/time-lines.js";
import { Segments } from "../../view/segments.js";
import { formatLevel, formatShare, horizonWords } from "./words.js";

/** Whether it is getting better or worse. */
export function OverTime({ accuracy, unit }: { readonly accuracy: AccuracyResponse; readonly unit: Unit }) {
  const distances = accuracy.horizons.map((horizon) => horizon.horizonSeconds);
  const judged = accuracy.horizons.filter(({ count }) => count > 0).map(({ horizonSeconds }) => horizonSeconds);
  const [asked, setAsked] = useState<number | null>(null);
  const chosen = asked ?? (judged.includes(3600) ? 3600 : (judged[judged.length - 1] ?? distances[0]));
  const parts = accuracy.overTime;
  if (parts.length < 2) return null;
  const times = parts.map(({ from, to }) => (Date.parse(from) + Date.parse(to)) / 2);
  const column = (pick: (horizon: HorizonAccuracy) => number | null) =>
    parts.map((part) => {
      const horizon = part.horizons.find((one) => one.horizonSeconds === chosen);
      return horizon ? pick(horizon) : null;
    });
  const levels = accuracy.horizons[0]?.coverage.map(({ level }) => level) ?? [];
  const inside = (level: number) => column((one) => one.coverage.find((part) => part.level === level)?.ratio ?? null);
  const coverages = levels.map((level, place) => ({
    name: `inside the ${formatLevel(level)} range`,
    kind: place === 0 ? "in80" : "in95",
    values: inside(level),
  }));
  const lowest = Math.min(...coverages.flatMap(({ values }) => values.filter((value) => value !== null)), ...levels);
  return (
    <section class="panel panel-pad">
      <div class="over-time-head">
        <h2>Over time</h2>
        <Segments
          legend="Distance of the forecasts"
          name="distance"
          value={String(chosen)}
          options={distances.map((seconds) => ({
            value: String(seconds),
            name: horizonWords(seconds)
              .replace("minutes", "min")
              .replace(/hours?/, "h"),
            title: `${horizonWords(seconds)} ahead`,
          }))}
          onChoose={(value) => setAsked(Number(value))}
        />
      </div>
      {!judged.includes(chosen) && (
        <p class="panel-note">No forecast so far ahead has met its value yet; the first ones come with time.</p>
      )}
      <div class="over-time" hidden={!judged.includes(chosen)}>
        <figure>
          <figcaption>
            <h3>Mean absolute error{unit === "percent" ? ", percentage points" : ""}</h3>
          </figcaption>
          <TimeLines
            label={`Mean absolute error ${horizonWords(chosen)} ahead, over time`}
            times={times}
            lines={[
              { name: "Loadcast", kind: "model", values: column((one) => one.mae) },
              { name: "Seasonal-naive", kind: "naive", values: column((one) => one.seasonalNaiveMae) },
            ]}
            format={(value) => (value === null ? "–" : formatNumber(value, "none"))}
          />
        </figure>
        <figure>
          <figcaption>
            <h3>Realised coverage; the dotted lines are what it should be</h3>
          </figcaption>
          <TimeLines
            label={`Share of values inside the ranges ${horizonWords(chosen)} ahead, over time`}
            times={times}
            lines={coverages}
            levels={levels.map((value, place) => ({ value, kind: place === 0 ? "in80" : "in95" }))}
            y={[Math.max(0, Math.floor(Math.min(0.7, lowest) * 10) / 10), 1]}
            format={(value) => (value === null ? "–" : formatShare(value).replace(/\.0/, ""))}
          />
        </figure>
      </div>
    </section>
  );
}
