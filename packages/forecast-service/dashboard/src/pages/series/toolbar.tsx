import type { RefObject } from "preact";
import type { PastForecastsResponse } from "../../../../src/http/contract.js";
import type { Plot } from "../../chart/plot.js";
import { formatDayClock, formatUtc } from "../../format.js";
import { go, replace } from "../../navigate.js";
import { AHEAD, type Ahead, RANGE_WORDS, RANGES, type SeriesRoute } from "../../route.js";
import { Icon } from "../../view/icon.js";
import { Segments } from "../../view/segments.js";
import { type Exported, saveCsv } from "./save-csv.js";
import { savePicture } from "./save-picture.js";

interface ToolbarProps {
  readonly route: SeriesRoute;
  /** Null before they were read. */
  readonly earlier: PastForecastsResponse["forecasts"] | null;
  /** Which of them is shown, where it is a single one. */
  readonly issued: number | null;
  readonly forecasts: boolean;
  readonly exported: Exported & { readonly plot: RefObject<Plot | null> };
}

/** `14 d`; a narrow space keeps it together. */
const RANGE_OPTIONS = RANGES.map((range) => ({
  value: range,
  name: range.replace(/(\d+)/, "$1\u202f"),
  title: RANGE_WORDS[range],
}));

const AHEAD_WORDS: Readonly<Record<Ahead, string>> = {
  "5m": "5 minutes before",
  "1h": "1 hour before",
  "4h": "4 hours before",
};

export function Toolbar({ route, earlier, issued, forecasts, exported }: ToolbarProps) {
  const { past } = route;
  const single = typeof past === "number";
  const choosePast = (value: string) => {
    const next = value === "" ? null : value === "issued" ? startOf(earlier ?? []) : (value as Ahead);
    replace({ ...route, past: next });
  };
  return (
    <div class="toolbar">
      <Segments
        legend="History shown"
        name="range"
        value={route.zoom ? null : route.range}
        options={RANGE_OPTIONS}
        onChoose={(range) => go({ ...route, range, zoom: null })}
      />
      {forecasts && (
        <label class="toolbar-field">
          Past forecasts
          <span class="select">
            <select
              value={past === null ? "" : single ? "issued" : past}
              onChange={(event) => choosePast(event.currentTarget.value)}
            >
              <option value="">not shown</option>
              {(Object.keys(AHEAD) as Ahead[]).map((ahead) => (
                <option key={ahead} value={ahead}>
                  {AHEAD_WORDS[ahead]}
                </option>
              ))}
              <option value="issued">one, by its time</option>
            </select>
          </span>
        </label>
      )}
      {past !== null && earlier?.length === 0 && <span class="toolbar-none">none of this range is stored</span>}
      {single && earlier && earlier.length > 0 && (
        <IssuePicker earlier={earlier} issued={issued} onChoose={(time) => replace({ ...route, past: time })} />
      )}
      <label class="toolbar-check">
        <input
          type="checkbox"
          checked={route.anomalies}
          onChange={(event) => replace({ ...route, anomalies: event.currentTarget.checked })}
        />
        Unusual values
      </label>
      <div class="toolbar-save">
        <button
          type="button"
          class="button"
          title="What the chart shows, as a table"
          disabled={exported.timeline === null}
          onClick={() => saveCsv(exported)}
        >
          <Icon name="download" />
          <span>CSV</span>
        </button>
        <button
          type="button"
          class="button"
          title="The chart, as a picture"
          disabled={exported.timeline === null}
          onClick={() => void savePicture(exported)}
        >
          <Icon name="download" />
          <span>PNG</span>
        </button>
      </div>
    </div>
  );
}

interface IssuePickerProps {
  readonly earlier: PastForecastsResponse["forecasts"];
  readonly issued: number | null;
  readonly onChoose: (time: number) => void;
}

/** A slider over the forecasts there are: drag it, and see each beside what came. */
function IssuePicker({ earlier, issued, onChoose }: IssuePickerProps) {
  const times = earlier.map((one) => Date.parse(one.issuedAt));
  const place = issued === null ? times.length - 1 : times.indexOf(issued);
  const shown = times[place] ?? times[times.length - 1];
  return (
    <label class="toolbar-field">
      issued
      <input
        type="range"
        min={0}
        max={times.length - 1}
        value={place}
        aria-valuetext={formatDayClock(shown)}
        onInput={(event) => onChoose(times[Number(event.currentTarget.value)])}
      />
      <output title={formatUtc(shown)}>{formatDayClock(shown)}</output>
    </label>
  );
}

/** A forecast of some hours ago: all that it said has come or is about to. */
function startOf(earlier: PastForecastsResponse["forecasts"]): number {
  const fourHours = Date.now() - 4 * 3_600_000;
  const old = earlier.filter((one) => Date.parse(one.issuedAt) <= fourHours);
  return Date.parse((old[old.length - 1] ?? earlier[0])?.issuedAt ?? "") || fourHours;
}
