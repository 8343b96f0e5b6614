import { useState } from "preact/hooks";
import type { ModelDetailResponse } from "../../../../src/http/contract.js";
import { ScrollBox } from "../../view/scroll-box.js";
import { orderText } from "./structure.js";

const FEW = 8;

/** Every model that was looked at, the best first. */
export function Tried({ tried }: { readonly tried: ModelDetailResponse["tried"] }) {
  const [all, setAll] = useState(false);
  if (tried.length === 0) return null;
  const ordered = [...tried].sort((a, b) => (a.criterion ?? Infinity) - (b.criterion ?? Infinity));
  const best = ordered[0].criterion;
  const shown = all ? ordered : ordered.slice(0, FEW);
  return (
    <section class="panel panel-pad">
      <h2>Tried models</h2>
      <p class="panel-note">{tried.length} orders were fitted; a lower criterion is better.</p>
      <ScrollBox label="Tried models">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Order</th>
              <th scope="col">Criterion</th>
              <th scope="col">Behind the best</th>
              <th scope="col" class="left">
                Remark
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((model, place) => (
              <tr key={`${orderText(model.order, model.seasonal)} ${place}`}>
                <th scope="row">{orderText(model.order, model.seasonal)}</th>
                <td>{model.criterion === null ? "–" : model.criterion.toFixed(2)}</td>
                <td>{model.criterion === null || best === null ? "–" : (model.criterion - best).toFixed(2)}</td>
                <td class="left wrap soft">{model.error ?? (place === 0 ? "chosen" : "")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {ordered.length > FEW && (
        <button type="button" class="button tried-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${ordered.length}`}
        </button>
      )}
    </section>
  );
}
