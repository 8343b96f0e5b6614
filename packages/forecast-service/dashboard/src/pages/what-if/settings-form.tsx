import { useMemo, useState } from "preact/hooks";
import { Segments } from "../../view/segments.js";
import type { Method, ReadSeries, Settings } from "./contract.js";
import { parsePeriods, stepWords, usualBounds, usualHorizon, usualLatest, usualPeriods } from "./defaults.js";

interface SettingsFormProps {
  readonly series: ReadSeries;
  /** True while a forecast is made or another table is read. */
  readonly busy: boolean;
  readonly onRun: (settings: Settings) => void;
}

const METHODS: readonly { value: Method; name: string; title: string }[] = [
  { value: "auto", name: "Search", title: "Searches the orders of one SARIMA model" },
  {
    value: "ensemble",
    name: "Ensemble",
    title: "Several models and rules, weighted: for when the forecast matters most",
  },
  { value: "orders", name: "My orders", title: "Fits the orders you choose" },
];

const LONGEST = 2000;
/** Fewer values than this are used up to the last one. */
const MANY = 2000;

/** Fields as they are written. */
interface Texts {
  readonly horizon: string;
  readonly latest: string;
  readonly periods: string;
  readonly lower: string;
  readonly upper: string;
}

function usualSettings(series: ReadSeries): Texts {
  const [lower, upper] = usualBounds(series);
  return {
    horizon: String(usualHorizon(series)),
    latest: String(usualLatest(series)),
    periods: usualPeriods(series).join(", "),
    lower,
    upper,
  };
}

export function SettingsForm({ series, busy, onRun }: SettingsFormProps) {
  const [method, setMethod] = useState<Method>("auto");
  // What nobody has changed follows the table.
  const usual = useMemo(() => usualSettings(series), [series]);
  const [chosen, setChosen] = useState<Partial<Texts>>({});
  const { horizon, latest, periods, lower, upper } = { ...usual, ...chosen };
  const choose = (change: Partial<Texts>) => setChosen((before) => ({ ...before, ...change }));
  const [orders, setOrders] = useState([2, 0, 1, 1, 0, 1]);
  // Null: what is usual for the differences.
  const [mean, setMean] = useState<boolean | null>(null);

  const differences = orders[1] + orders[4];
  // After two differences a constant would be a parabola, which no series is.
  const withMean = differences < 2 && (mean ?? differences === 0);
  const seasons = parsePeriods(periods);
  const steps = Number(horizon);
  const count = series.values.length;
  const used = Number(latest);
  const problem = !seasons
    ? "Seasons are whole numbers of steps from 2 to 5,000, such as 12, 288."
    : !(Number.isInteger(steps) && steps >= 1 && steps <= LONGEST)
      ? `The horizon is a whole number of steps from 1 to ${LONGEST}.`
      : !(Number.isInteger(used) && used >= 1 && used <= count)
        ? `The latest values are a whole number from 1 to ${new Intl.NumberFormat("en-GB").format(count)}.`
        : method === "orders" && orders.slice(3).some((one) => one > 0) && seasons.length === 0
          ? "Seasonal orders need a season."
          : orders.some((one) => !Number.isInteger(one) || one < 0)
            ? "Orders are whole numbers from 0."
            : lower !== "" && upper !== "" && Number(lower) >= Number(upper)
              ? "The least possible value must be below the largest."
              : null;

  const run = (event: Event) => {
    event.preventDefault();
    if (busy || problem !== null || !seasons) return;
    const [p, d, q, P, D, Q] = orders;
    onRun({
      method,
      horizon: steps,
      latest: used,
      periods: method === "orders" ? seasons.slice(0, 1) : seasons,
      order: [p, d, q],
      seasonal: seasons.length > 0 ? [P, D, Q] : [0, 0, 0],
      mean: withMean,
      lower: lower === "" ? null : Number(lower),
      upper: upper === "" ? null : Number(upper),
    });
  };

  return (
    <form class="panel panel-pad" onSubmit={run} aria-label="Settings">
      <h2>Forecast</h2>
      <div class="form">
        <Segments legend="How the model is found" name="method" value={method} options={METHODS} onChoose={setMethod} />
        <div class="form-row">
          <label class="field">
            Steps of {stepWords(series)} ahead
            <input
              type="number"
              min={1}
              max={LONGEST}
              value={horizon}
              onInput={(event) => choose({ horizon: event.currentTarget.value })}
            />
          </label>
          <label class="field">
            {method === "orders" ? "Season, in steps" : "Seasons, in steps"}
            <input
              value={periods}
              placeholder="none"
              inputMode="numeric"
              onInput={(event) => choose({ periods: event.currentTarget.value })}
            />
          </label>
        </div>
        {method === "orders" ? (
          <>
            <div class="form-row form-orders">
              {["p", "d", "q", "P", "D", "Q"].map((letter, place) => (
                <label class="field" key={letter}>
                  <span>
                    {letter}
                    <span class="visually-hidden">{ORDER_WORDS[place]}</span>
                  </span>
                  <input
                    type="number"
                    min={0}
                    max={place % 3 === 1 ? 2 : 10}
                    value={orders[place]}
                    onInput={(event) =>
                      setOrders(orders.map((one, at) => (at === place ? Number(event.currentTarget.value) : one)))
                    }
                  />
                </label>
              ))}
            </div>
            <label class="check">
              <input
                type="checkbox"
                checked={withMean}
                disabled={differences > 1}
                onChange={(event) => setMean(event.currentTarget.checked)}
              />
              {differences === 0 ? "With a mean" : "With a drift, a steady rise or fall"}
            </label>
          </>
        ) : (
          <div class="form-row">
            <label class="field">
              Least possible value
              <input
                type="number"
                step="any"
                placeholder="none"
                value={lower}
                onInput={(event) => choose({ lower: event.currentTarget.value })}
              />
            </label>
            <label class="field">
              Largest possible value
              <input
                type="number"
                step="any"
                placeholder="none"
                value={upper}
                onInput={(event) => choose({ upper: event.currentTarget.value })}
              />
            </label>
          </div>
        )}
        {count > MANY && (
          <label class="field">
            Latest values used, of {new Intl.NumberFormat("en-GB").format(count)}
            <input
              type="number"
              min={1}
              max={count}
              value={latest}
              onInput={(event) => choose({ latest: event.currentTarget.value })}
            />
          </label>
        )}
        {problem !== null && (
          <p class="read read-error" role="alert">
            {problem}
          </p>
        )}
        <button type="submit" class="button button-main" disabled={busy || problem !== null}>
          Forecast
        </button>
      </div>
    </form>
  );
}

const ORDER_WORDS = [
  ": values back",
  ": differences",
  ": surprises back",
  ": seasons back",
  ": seasonal differences",
  ": surprises of seasons back",
];
