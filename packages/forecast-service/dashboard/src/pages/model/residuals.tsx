import type { ModelDetailResponse } from "../../../../src/http/contract.js";
import { Frame } from "../../plots/frame.js";

type Data = NonNullable<ModelDetailResponse["residuals"]>;

/** What the model could not explain: it should be noise, and is shown so that everybody can see whether it is. */
export function Residuals({ residuals, member }: { readonly residuals: Data; readonly member: string | null }) {
  const { ljungBox, jarqueBera, acf, acfBound } = residuals;
  const beyond = acf.filter((value) => Math.abs(value) > acfBound).length;
  return (
    <section class="panel panel-pad">
      <h2>Residuals</h2>
      <p class="panel-note">
        What {member === null ? "the model" : `the member “${member}”`} had not expected, divided by what it usually
        misses, {new Intl.NumberFormat("en-GB").format(residuals.count)} values.{" "}
        {ljungBox.pValue < 0.05
          ? `Something is left to explain: the values of neighbouring times still hang together (Ljung–Box, ${ljungBox.lag} lags, p ${formatP(ljungBox.pValue)}).`
          : `Nothing is left to explain from one value to the next (Ljung–Box, ${ljungBox.lag} lags, p ${formatP(ljungBox.pValue)}).`}{" "}
        {jarqueBera.pValue < 0.05
          ? `Large surprises are more frequent than in a normal distribution (Jarque–Bera, p ${formatP(jarqueBera.pValue)}); the intervals are calibrated for that.`
          : `Their distribution looks normal (Jarque–Bera, p ${formatP(jarqueBera.pValue)}).`}
      </p>
      <div class="residual-plots">
        <figure>
          <figcaption>
            <h3>Autocorrelation</h3>
          </figcaption>
          <Acf
            acf={acf}
            bound={acfBound}
            label={`Autocorrelations of ${acf.length} lags; ${beyond} beyond ±${acfBound.toFixed(3)}`}
          />
        </figure>
        <figure>
          <figcaption>
            <h3>Histogram, and a normal curve</h3>
          </figcaption>
          <Histogram data={residuals} />
        </figure>
        <figure>
          <figcaption>
            <h3>Normal Q–Q plot</h3>
          </figcaption>
          <Quantiles points={residuals.quantiles} />
        </figure>
      </div>
    </section>
  );
}

function Acf({
  acf,
  bound,
  label,
}: {
  readonly acf: readonly number[];
  readonly bound: number;
  readonly label: string;
}) {
  const most = Math.max(0.1, 1.4 * bound, ...acf.map(Math.abs));
  return (
    <Frame label={label} height={230} x={[0, acf.length + 1]} y={[-most, most]} exact="x" xName="lag, steps">
      {(x, y) => (
        <>
          <line class="plot-zero" x1={x.at(x.from)} x2={x.at(x.to)} y1={y.at(0)} y2={y.at(0)} />
          {[bound, -bound].map((value) => (
            <line key={value} class="plot-bound" x1={x.at(x.from)} x2={x.at(x.to)} y1={y.at(value)} y2={y.at(value)} />
          ))}
          {acf.map((value, place) => {
            const left = x.at(place + 1) - 2;
            const top = Math.min(y.at(0), y.at(value));
            return (
              <rect key={place} class="plot-bar" x={left} y={top} width="4" height={Math.abs(y.at(0) - y.at(value))}>
                <title>{`lag ${place + 1}: ${value.toFixed(3)}`}</title>
              </rect>
            );
          })}
        </>
      )}
    </Frame>
  );
}

function Histogram({ data: { histogram, count } }: { readonly data: Data }) {
  if (histogram.length === 0) return null;
  const width = histogram[0].upper - histogram[0].lower;
  const normal = (z: number) => (count * width * Math.exp(-0.5 * z * z)) / Math.sqrt(2 * Math.PI);
  const most = Math.max(normal(0), ...histogram.map((bin) => bin.count));
  const [low, high] = [histogram[0].lower, histogram[histogram.length - 1].upper];
  const curve = Array.from({ length: 81 }, (_, place) => low + ((high - low) * place) / 80);
  return (
    <Frame
      label={`Histogram of ${count} residuals from ${low.toFixed(1)} to ${high.toFixed(1)} standard deviations`}
      height={230}
      x={[low, high]}
      y={[0, most]}
      exact="x"
      xName="standard deviations"
    >
      {(x, y) => (
        <>
          {histogram.map((bin) => (
            <rect
              key={bin.lower}
              class="plot-bar"
              x={x.at(bin.lower) + 0.5}
              y={y.at(bin.count)}
              width={Math.max(1, x.at(bin.upper) - x.at(bin.lower) - 1)}
              height={y.at(0) - y.at(bin.count)}
            >
              <title>{`${bin.lower.toFixed(2)} to ${bin.upper.toFixed(2)}: ${bin.count}`}</title>
            </rect>
          ))}
          <path
            class="plot-curve"
            d={curve
              .map((z, place) => `${place === 0 ? "M" : "L"}${x.at(z).toFixed(1)} ${y.at(normal(z)).toFixed(1)}`)
              .join("")}
          />
        </>
      )}
    </Frame>
  );
}

function Quantiles({ points }: { readonly points: Data["quantiles"] }) {
  if (points.length === 0) return null;
  const xs = points.map((point) => point.theoretical);
  const ys = points.map((point) => point.sample);
  const [low, high] = [Math.min(...xs, ...ys), Math.max(...xs, ...ys)];
  return (
    <Frame
      label="Quantiles of the residuals against those of a normal distribution; on the line they are equal"
      height={230}
      x={[Math.min(...xs), Math.max(...xs)]}
      y={[low, high]}
      xName="normal quantile"
    >
      {(x, y) => {
        const [from, to] = [Math.max(x.from, y.from), Math.min(x.to, y.to)];
        return (
          <>
            <line class="plot-bound" x1={x.at(from)} y1={y.at(from)} x2={x.at(to)} y2={y.at(to)} />
            {points.map((point) => (
              <circle
                key={point.theoretical}
                class="plot-point"
                cx={x.at(point.theoretical)}
                cy={y.at(point.sample)}
                r="3"
              >
                <title>{`${point.sample.toFixed(2)} where ${point.theoretical.toFixed(2)} is expected`}</title>
              </circle>
            ))}
          </>
        );
      }}
    </Frame>
  );
}

function formatP(value: number): string {
  return value < 0.001 ? "< 0.001" : `= ${value.toFixed(3)}`;
}
