import { useState } from "preact/hooks";
import type { ModelMember } from "../../../../src/http/contract.js";
import { formatSentence } from "../../format.js";
import { isSarima, orderText } from "./structure.js";

interface MembersProps {
  readonly members: readonly ModelMember[];
  /** Index of the one whose equation is shown. */
  readonly chosen: number;
  readonly onChoose: (member: number) => void;
}

/** Members below this share are there against surprises, and shown on request. */
const LIGHT = 0.03;

/** Who takes part in an ensemble, how much, and why. */
export function Members({ members, chosen, onChoose }: MembersProps) {
  const [all, setAll] = useState(false);
  const most = Math.max(...members.map((member) => member.weight), 1e-9);
  const heavy = members.filter((member) => member.weight >= LIGHT).length;
  const few = Math.max(3, heavy);
  const places = members.map((_, place) => place).filter((place) => all || place < few || place === chosen);
  return (
    <section class="panel panel-pad">
      <h2>Members</h2>
      <p class="panel-note">
        The forecast is their weighted median, quantile by quantile. Members that fail differently protect one another.
      </p>
      <fieldset class="members">
        <legend class="visually-hidden">Member whose equation is shown</legend>
        {places.map((place) => {
          const member = members[place];
          return (
            <label key={member.name} class={isSarima(member) ? "member" : "member member-plain"}>
              <input
                type="radio"
                name="member"
                disabled={!isSarima(member)}
                checked={place === chosen}
                onChange={() => onChoose(place)}
              />
              <span class="member-name">
                {capitalised(member.name)}
                {isSarima(member) && !member.name.includes("ARIMA") && (
                  <span class="soft"> {orderText(member.order, member.seasonal)}</span>
                )}
              </span>
              <b>{formatWeight(member.weight)}</b>
              <svg class="member-bar" aria-hidden="true">
                <rect width={`${(member.weight / most) * 100}%`} height="100%" rx="3" />
              </svg>
              <span class="member-reason">{formatSentence(member.reason, Date.now())}</span>
            </label>
          );
        })}
      </fieldset>
      {members.length > few && (
        <button type="button" class="button tried-more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Show fewer" : `Show all ${members.length}`}
        </button>
      )}
    </section>
  );
}

export function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function formatWeight(weight: number): string {
  return weight > 0 && weight < 0.01 ? "< 1\u202f%" : `${Math.round(weight * 100)}\u202f%`;
}
