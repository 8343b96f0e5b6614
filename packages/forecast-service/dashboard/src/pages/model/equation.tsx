/** The model as typeset mathematics (MathML, which browsers draw by themselves and screen readers read). */
import type { ComponentChildren } from "preact";
import { coefficientText, type Polynomial, type Structure } from "./structure.js";

/** The general form, then the same with its numbers, then what its letters mean. */
export function Equation({ structure }: { readonly structure: Structure }) {
  const value = structure.transform ? "z" : "y";
  return (
    <div class="equation">
      <Line label="The form of the model">
        <Part>
          <Left
            structure={structure}
            value={value}
            factor={(one) => <Named polynomial={one} />}
            constant={<mi>μ</mi>}
          />
        </Part>
        <Part>
          <mo>=</mo>
          <Right structure={structure} factor={(one) => <Named polynomial={one} />} constant={<mi>c</mi>} />
        </Part>
      </Line>
      <Line label="The same with its numbers">
        <Part>
          <Left
            structure={structure}
            value={value}
            factor={(one) => <Numbers polynomial={one} />}
            constant={<mn>{coefficientText(Math.abs(structure.constant?.value ?? 0))}</mn>}
            negative={(structure.constant?.value ?? 0) < 0}
          />
        </Part>
        <Part>
          <mo>=</mo>
          <Right
            structure={structure}
            factor={(one) => <Numbers polynomial={one} />}
            constant={<mn>{coefficientText(structure.constant?.value ?? 0)}</mn>}
          />
        </Part>
      </Line>
      <div class="equation-with">
        {structure.sigma2 !== null && (
          <Line label="The distribution of the surprises">
            <Part>
              <Epsilon />
              <mo>∼</mo>
              <mi mathvariant="normal">N</mi>
              <mo>(</mo>
              <mn>0</mn>
              <mo>,</mo>
              <mn>{coefficientText(structure.sigma2)}</mn>
              <mo>)</mo>
            </Part>
          </Line>
        )}
        {structure.transform && (
          <Line label="The scale">
            <Part>
              <At letter="z" />
              <mo>=</mo>
              <Scale transform={structure.transform} />
            </Part>
          </Line>
        )}
        <Line label="The backshift operator">
          <Part>
            <mi>B</mi>
            <At letter={value} />
            <mo>=</mo>
            <msub>
              <mi>{value}</mi>
              <mrow>
                <mi>t</mi>
                <mo>−</mo>
                <mn>1</mn>
              </mrow>
            </msub>
          </Part>
        </Line>
      </div>
    </div>
  );
}

function Line({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long equation scrolls, and must be reached by keyboard
    <section class="equation-line" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}

/** Half of an equation: the second goes below the first where both do not fit beside each other. */
function Part({ children }: { readonly children: ComponentChildren }) {
  return (
    <math display="block">
      <mrow>{children}</mrow>
    </math>
  );
}

interface SideProps {
  readonly structure: Structure;
  readonly factor: (polynomial: Polynomial) => ComponentChildren;
  readonly constant: ComponentChildren;
}

function Left({
  structure,
  value,
  factor,
  constant,
  negative = false,
}: SideProps & {
  readonly value: string;
  /** The constant is shown without its sign, which is a minus. */
  readonly negative?: boolean;
}) {
  const { ar, d, D, period, regressors } = structure;
  const around = structure.constant?.kind === "mean" || regressors > 0;
  return (
    <>
      {ar.map(factor)}
      {d > 0 && <Difference lag={1} times={d} />}
      {D > 0 && <Difference lag={period} times={D} />}
      {around ? (
        <>
          <mo>(</mo>
          <At letter={value} />
          {structure.constant?.kind === "mean" && (
            <>
              <mo>{negative ? "+" : "−"}</mo>
              {constant}
            </>
          )}
          {regressors > 0 && (
            <>
              <mo>−</mo>
              <msup>
                <mi>β</mi>
                <mo>′</mo>
              </msup>
              <At letter="x" />
            </>
          )}
          <mo>)</mo>
        </>
      ) : (
        <At letter={value} />
      )}
    </>
  );
}

function Right({ structure, factor, constant }: SideProps) {
  return (
    <>
      {structure.constant?.kind === "drift" && (
        <>
          {constant}
          <mo>+</mo>
        </>
      )}
      {structure.ma.map(factor)}
      <Epsilon />
    </>
  );
}

/** φ(B), Φ(B¹²) */
function Named({ polynomial }: { readonly polynomial: Polynomial }) {
  return (
    <>
      <mi>{polynomial.symbol}</mi>
      <mo>(</mo>
      <Power lag={polynomial.lag} />
      <mo>)</mo>
    </>
  );
}

/** A line with more powers than this is read by nobody; the table of parameters has them all. */
const LONG = 8;

/** (1 − 1.31 B + 0.355 B²); of a long one the beginning and the end. */
function Numbers({ polynomial }: { readonly polynomial: Polynomial }) {
  const { coefficients, lag } = polynomial;
  const terms = coefficients.flatMap((value, place) => (value === 0 ? [] : [{ value, power: (place + 1) * lag }]));
  const long = terms.length > LONG;
  return (
    <>
      <mo>(</mo>
      <mn>1</mn>
      {(long ? terms.slice(0, 3) : terms).map(({ value, power }) => (
        <Term key={power} value={value} power={power} />
      ))}
      {long && (
        <>
          <mo>+</mo>
          <mo>⋯</mo>
          <Term {...terms[terms.length - 1]} />
        </>
      )}
      <mo>)</mo>
    </>
  );
}

function Term({ value, power }: { readonly value: number; readonly power: number }) {
  return (
    <>
      <mo>{value < 0 ? "−" : "+"}</mo>
      <mn>{coefficientText(Math.abs(value))}</mn>
      <mspace width="0.1em" />
      <Power lag={power} />
    </>
  );
}

function Difference({ lag, times }: { readonly lag: number; readonly times: number }) {
  const factor = (
    <mrow>
      <mo>(</mo>
      <mn>1</mn>
      <mo>−</mo>
      <Power lag={lag} />
      <mo>)</mo>
    </mrow>
  );
  if (times === 1) return factor;
  return (
    <msup>
      {factor}
      <mn>{times}</mn>
    </msup>
  );
}

function Power({ lag }: { readonly lag: number }) {
  if (lag === 1) return <mi>B</mi>;
  return (
    <msup>
      <mi>B</mi>
      <mn>{lag}</mn>
    </msup>
  );
}

function At({ letter }: { readonly letter: string }) {
  return (
    <msub>
      <mi>{letter}</mi>
      <mi>t</mi>
    </msub>
  );
}

function Epsilon() {
  return <At letter="ε" />;
}

function Scale({ transform }: { readonly transform: NonNullable<Structure["transform"]> }) {
  if (transform.kind === "log") {
    return (
      <>
        <mi>log</mi>
        <mo>(</mo>
        <At letter="y" />
        {transform.offset !== 0 && (
          <>
            <mo>{transform.offset < 0 ? "−" : "+"}</mo>
            <mn>{coefficientText(Math.abs(transform.offset))}</mn>
          </>
        )}
        <mo>)</mo>
      </>
    );
  }
  if (transform.kind === "logit") {
    return (
      <>
        <mi>log</mi>
        <mfrac>
          <mrow>
            <At letter="y" />
            {transform.lower !== 0 && (
              <>
                <mo>{transform.lower < 0 ? "+" : "−"}</mo>
                <mn>{coefficientText(Math.abs(transform.lower))}</mn>
              </>
            )}
          </mrow>
          <mrow>
            <mn>{coefficientText(transform.upper)}</mn>
            <mo>−</mo>
            <At letter="y" />
          </mrow>
        </mfrac>
      </>
    );
  }
  return (
    <mfrac>
      <mrow>
        <msubsup>
          <mi>y</mi>
          <mi>t</mi>
          <mn>{coefficientText(transform.lambda)}</mn>
        </msubsup>
        <mo>−</mo>
        <mn>1</mn>
      </mrow>
      <mn>{coefficientText(transform.lambda)}</mn>
    </mfrac>
  );
}
