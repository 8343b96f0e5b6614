import type { TriedModel } from "sarima-core";
import type { ModelDetailResponse } from "./http/contract.js";
import type { Trained } from "./pipeline/train.js";

type Tried = ModelDetailResponse["tried"][number];

const ORDERS = "p,d,q,P,D,Q,period,criterion,error";
const MEMBERS = "member,weight_lower,weight_centre,weight_upper,loss_lower,loss_centre,loss_upper";

/** What a training tried, as CSV: orders with their criterion, or the members of an ensemble with weights and losses. */
export function triedCsv(trained: Trained): string {
  const rows =
    trained.kind === "sarima"
      ? trained.tried.map(({ spec, criterion, error }: TriedModel) =>
          [...spec.order, ...spec.seasonal, Number.isFinite(criterion) ? criterion : "", quoted(error ?? "")].join(),
        )
      : trained.members.map(({ name, weights, loss }) =>
          [quoted(name), weights.lower, weights.centre, weights.upper, loss.lower, loss.centre, loss.upper].join(),
        );
  return `${[trained.kind === "sarima" ? ORDERS : MEMBERS, ...rows].join("\n")}\n`;
}

/** The orders in such a table; none where it is of another kind. */
export function parseTried(csv: string): Tried[] {
  const [header, ...rows] = csv.trimEnd().split("\n");
  if (header !== ORDERS) return [];
  return rows.map((row) => {
    const cells = row.split(",");
    const [p, d, q, P, D, Q, period] = cells.slice(0, 7).map(Number);
    const error = cells.slice(8).join(",").replace(/^"|"$/g, "").replaceAll('""', '"');
    return {
      order: [p, d, q],
      seasonal: [P, D, Q, period],
      criterion: cells[7] === "" ? null : Number(cells[7]),
      ...(error === "" ? {} : { error }),
    };
  });
}

const quoted = (text: string) => (text === "" ? "" : `"${text.replaceAll('"', '""').replace(/\s+/g, " ")}"`);
