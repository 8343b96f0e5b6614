import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ModelDetailResponse } from "../../../../src/http/contract.js";
import { formatDayClock, formatDuration, formatSentence, formatUtc } from "../../format.js";
import { Equation } from "./equation.js";
import { Gate } from "./gate.js";
import { capitalised, Members } from "./members.js";
import { Parameters } from "./parameters.js";
import { Residuals } from "./residuals.js";
import { isSarima, orderText, structureOf } from "./structure.js";
import { Tried } from "./tried.js";
import { modelWords } from "./words.js";

interface ModelViewProps {
  readonly model: ModelDetailResponse;
  readonly stepSeconds: number;
  /** What can be done with the model of this series, and what became of it. */
  readonly head: { readonly action: ComponentChildren; readonly outcome: ComponentChildren };
}

export function ModelView({ model, stepSeconds, head }: ModelViewProps) {
  // Of several, the heaviest with a likelihood: it has standard errors, and the residuals are its own.
  const likely = model.members.findIndex((one) => isSarima(one) && one.logLik !== null);
  const heaviest = likely >= 0 ? likely : model.members.findIndex(isSarima);
  const [chosen, setChosen] = useState(heaviest);
  const member = model.members[chosen] ?? model.members[heaviest];
  const structure = member && isSarima(member) ? structureOf(member) : null;
  return (
    <>
      <About model={model} head={head} />
      <div class="model-grid">
        <div>
          {member && structure && isSarima(member) && (
            <section class="panel panel-pad">
              <h2>
                Equation <span class="soft">{orderText(member.order, member.seasonal)}</span>
              </h2>
              {model.members.length > 1 && <p class="panel-note">Of the member “{capitalised(member.name)}”.</p>}
              <Equation structure={structure} />
              <ul class="model-words">
                {modelWords(structure, (steps) => formatDuration(steps * stepSeconds * 1000)).map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
              <h3 class="model-sub">Parameters</h3>
              <Parameters parameters={member.parameters} likely={member.logLik !== null} />
              {member.logLik !== null && <Criteria of={member} />}
            </section>
          )}
        </div>
        <div>
          <Gate gate={model.gate} stepSeconds={stepSeconds} />
          {model.members.length > 1 && <Members members={model.members} chosen={chosen} onChoose={setChosen} />}
          <Tried tried={model.tried} />
        </div>
      </div>
      {model.residuals && (
        <Residuals
          residuals={model.residuals}
          member={model.members.length > 1 ? model.members[heaviest].name : null}
        />
      )}
    </>
  );
}

function About({ model, head }: Pick<ModelViewProps, "model" | "head">) {
  const moment = (iso: string | null) =>
    iso === null ? "–" : <span title={formatUtc(Date.parse(iso))}>{formatDayClock(Date.parse(iso))}</span>;
  const inUse = model.aliases.includes("champion");
  return (
    <section class="panel panel-pad about">
      <div class="about-head">
        <h2>
          Version {model.version}{" "}
          <span class={inUse ? "badge badge-good" : "badge badge-plain"}>
            {inUse ? "in use" : model.aliases.join(", ") || "kept"}
          </span>
        </h2>
        {head.action}
      </div>
      {head.outcome}
      <dl class="about-facts">
        <div>
          <dt>Model</dt>
          <dd>{formatSentence(capitalised(model.description), Date.now())}</dd>
        </div>
        <div>
          <dt>Trained</dt>
          <dd>
            {moment(model.trainedAt)}, in {model.trainSeconds.toFixed(model.trainSeconds < 10 ? 2 : 0)} s
          </dd>
        </div>
        <div>
          <dt>On</dt>
          <dd>
            {new Intl.NumberFormat("en-GB").format(model.values)} values, {moment(model.from)} to {moment(model.to)}
          </dd>
        </div>
      </dl>
      {model.warnings.length > 0 && (
        <ul class="about-warnings">
          {model.warnings.map((warning) => (
            <li key={warning}>{warning}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface Criterions {
  readonly logLik: number | null;
  readonly aic: number | null;
  readonly aicc: number | null;
  readonly bic: number | null;
}

/** How well it fits for its number of parameters. */
function Criteria({ of }: { readonly of: Criterions }) {
  const facts: [name: string, value: number | null, title: string][] = [
    ["Log-likelihood", of.logLik, "Exact Gaussian; higher is better"],
    ["AIC", of.aic, "Akaike's criterion; lower is better"],
    ["AICc", of.aicc, "AIC corrected for short series; lower is better"],
    ["BIC", of.bic, "Bayesian criterion, harder on many parameters; lower is better"],
  ];
  return (
    <dl class="criteria">
      {facts.map(([name, value, title]) => (
        <div key={name} title={title}>
          <dt>{name}</dt>
          <dd>{value === null ? "–" : value.toFixed(2).replace("-", "−")}</dd>
        </div>
      ))}
    </dl>
  );
}
