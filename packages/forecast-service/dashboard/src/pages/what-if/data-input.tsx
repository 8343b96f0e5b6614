import { useRef, useState } from "preact/hooks";
import { formatClock, formatDate, formatUtc } from "../../format.js";
import { Icon } from "../../view/icon.js";
import { type Columns, FOUND, type ReadSeries } from "./contract.js";
import { stepWords, zoneOf } from "./defaults.js";
import { cpuCsv, passengersCsv } from "./examples.js";
import type { Forecaster } from "./use-forecaster.js";

interface DataInputProps {
  readonly forecaster: Forecaster;
  /** What the data are called, for the file of the result. */
  readonly onName: (name: string) => void;
}

/** Typing goes on faster than tables are read. */
const PAUSE_MS = 350;
/** A text field with more than this is slow, and nobody reads it there. */
const SHOWN = 200_000;
const LARGEST = 50_000_000;

export function DataInput({ forecaster, onName }: DataInputProps) {
  const [text, setText] = useState("");
  const [columns, setColumns] = useState<Columns>(FOUND);
  const [over, setOver] = useState(false);
  const [fileError, setFileError] = useState<string | null>(null);
  // Counts what was put in: a large file may take longer than what comes after it.
  const turn = useRef(0);
  const { series, readError } = forecaster;

  const take = (next: string, name: string, asked: Columns = FOUND) => {
    turn.current++;
    setFileError(null);
    setText(next);
    setColumns(asked);
    onName(name);
    forecaster.read(next, asked);
  };
  const type = (next: string) => {
    // Another header is another table: what was chosen of the one before does not hold for it.
    const kept = headOf(next) === headOf(text) ? columns : { ...FOUND, apart: columns.apart };
    turn.current++;
    setFileError(null);
    setText(next);
    setColumns(kept);
    forecaster.read(next, kept, PAUSE_MS);
  };
  const open = async (file: File | undefined) => {
    if (!file) return;
    if (file.size > LARGEST) {
      setFileError(`${file.name} has ${Math.round(file.size / 1e6)} MB; this page takes up to ${LARGEST / 1e6} MB.`);
      return;
    }
    const mine = ++turn.current;
    const content = await file.text();
    if (turn.current === mine) take(content, file.name.replace(/\.\w+$/, ""));
  };
  const choose = (change: Partial<Columns>) => {
    const next = { ...columns, ...change };
    setColumns(next);
    if (next.apart > 0) forecaster.read(text, next, PAUSE_MS);
  };

  return (
    <section
      class={over ? "panel panel-pad drop drop-over" : "panel panel-pad drop"}
      aria-label="Data"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void open(event.dataTransfer?.files[0]);
      }}
    >
      <h2>Data</h2>
      <p class="panel-note">
        Paste times and values, or values alone, in any usual form of CSV; drop a file here; or take an example.
      </p>
      <div class="drop-buttons">
        <label class="button file-button">
          <Icon name="download" />
          <span>Open a file</span>
          <input
            type="file"
            accept=".csv,.tsv,.txt,text/csv,text/plain"
            onChange={(event) => void open(event.currentTarget.files?.[0])}
          />
        </label>
        <button type="button" class="button" onClick={() => take(cpuCsv(Date.now()), "cpu-example")}>
          CPU, two days
        </button>
        <button type="button" class="button" onClick={() => take(passengersCsv(), "passengers")}>
          Air passengers
        </button>
      </div>
      <div class="field">
        <label for="what-if-table">Table</label>
        <textarea
          id="what-if-table"
          rows={9}
          spellcheck={false}
          placeholder={"time,value\n2026-11-23T12:00:00Z,42.5\n2026-11-23T12:05:00Z,43.1"}
          readOnly={text.length > SHOWN}
          value={text.length > SHOWN ? `${text.slice(0, 2000)}\n… ${text.length} characters` : text}
          aria-invalid={readError !== null}
          aria-describedby="what-if-read"
          onInput={(event) => type(event.currentTarget.value)}
        />
      </div>
      <p id="what-if-read" class={(readError ?? fileError) ? "read read-error" : "read"} role="status">
        {fileError ?? readError ?? (series ? readWords(forecaster) : "")}
      </p>
      {series && <Choices series={series} columns={columns} reading={forecaster.reading} onChoose={choose} />}
      {readError !== null && text !== "" && (
        <div class="form-row">
          <label class="field">
            Column of the time
            <input value={columns.time} onInput={(event) => choose({ time: event.currentTarget.value })} />
          </label>
          <label class="field">
            Column of the value
            <input value={columns.value} onInput={(event) => choose({ value: event.currentTarget.value })} />
          </label>
        </div>
      )}
    </section>
  );
}

const headOf = (text: string) => text.slice(0, 2000).split(/[\r\n]/, 1)[0];

interface ChoicesProps {
  readonly series: ReadSeries;
  readonly columns: Columns;
  readonly reading: boolean;
  readonly onChoose: (change: Partial<Columns>) => void;
}

/** What else the table holds, and what it leaves open. */
function Choices({ series, columns, reading, onChoose }: ChoicesProps) {
  const { valueColumns, groups, timed } = series;
  // What was read, or what is about to be.
  const group = (reading && columns.group) || series.group;
  const value = (reading && columns.value) || series.columns.value;
  if (valueColumns.length < 2 && groups.length < 2 && timed) return null;
  return (
    <div class="form-row">
      {groups.length > 1 && (
        <label class="field">
          Rows of
          <select value={group ?? ""} onChange={(event) => onChoose({ group: event.currentTarget.value })}>
            {groups.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {valueColumns.length > 1 && (
        <label class="field">
          Values of
          <select
            value={value}
            onChange={(event) => onChoose({ value: event.currentTarget.value, group: group ?? "" })}
          >
            {valueColumns.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {!timed && (
        <label class="field">
          Minutes between values
          <input
            type="number"
            min={0}
            step="any"
            value={columns.apart}
            onInput={(event) => onChoose({ apart: event.currentTarget.valueAsNumber })}
          />
        </label>
      )}
    </div>
  );
}

/** What was understood, so that a misread column is seen before anything is forecast. */
function readWords({ series }: Forecaster) {
  if (!series) return null;
  const { times, values, gaps, duplicates, columns, regular, timed, zoned } = series;
  const zone = zoneOf(series);
  const moment = (time: number) => (
    <span title={zone === undefined ? formatUtc(time) : undefined}>
      {formatDate(time, zone)}
      {series.months === null && series.stepMillis < 86_400_000 && ` ${formatClock(time, zone)}`}
    </span>
  );
  const several = `${new Intl.NumberFormat("en-GB").format(values.length - gaps)} values of “${columns.value}”`;
  if (!timed) {
    return (
      <>
        {several}. The table has no times: they are taken as {stepWords(series)} apart, the last one now.
        {gaps > 0 && ` ${gaps} are missing.`}
      </>
    );
  }
  return (
    <>
      {several}, one every {stepWords(series).replace(/^1 /, "")}, from {moment(times[0])} to{" "}
      {moment(times[times.length - 1])}.
      {gaps > 0 && ` ${gaps} ${gaps === 1 ? "gap, which is" : "gaps, which are"} integrated out, not filled.`}
      {!regular && " The times are uneven: values were averaged to a grid."}
      {!zoned &&
        zone !== undefined &&
        series.stepMillis < 86_400_000 &&
        " The times name no zone: they are shown as written."}
      {duplicates > 0 && ` ${duplicates} times came twice; the last value counts.`}
    </>
  );
}
