import { expect, it } from "vitest";
import type { GateScore } from "../src/http/contract.js";
import { verdict } from "../src/pipeline/verdict.js";

const score = (name: GateScore["name"], pinball: number): GateScore => ({ name, pinball, mae: 1, coverage: [] });
const judged = (candidate: number, champion: number, naive: number) =>
  verdict(
    [score("candidate", candidate), score("champion", champion), score("naive", naive)],
    { provisional: false },
    0,
  );

it("gives losses with as many digits as tell them apart", () => {
  expect(judged(0.16012, 0.16034, 0.162).reason).toBe(
    "Goes live: it beats the champion (pinball loss 0.1601 against 0.1603) and is no worse than the naive forecast (pinball loss 0.16 against 0.162).",
  );
  expect(judged(1.5, 1.5, 2).reason).toBe(
    "The champion stays: the candidate's pinball loss is 1.5, the champion's 1.5.",
  );
  expect(judged(1.2345678, 1.3, 1.2345671).reason).toBe(
    "The champion stays: the candidate lost to the naive forecast (pinball loss 1.234568 against 1.234567).",
  );
});
