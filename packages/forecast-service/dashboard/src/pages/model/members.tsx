import type { ModelMember } from "../../../../src/http/contract.js";
import { isSarima, orderText } from "./structure.js";

interface MembersProps {
  readonly members: readonly ModelMember[];
  /** Index of the one whose equation is shown. */
  readonly chosen: number;
  readonly onChoose: (member: number) => void;
}

/** Who takes part in an ensemble, how much, and why. */
export function Members({ members, chosen, onChoose }: MembersProps) {
  const most = Math.max(...members.map((member) => member.weight), 1e-9);
  return (
    <section class="panel panel-pad">
      <h2>Members</h2>
      <p class="panel-note">
        The forecast is their weighted median, quantile by quantile. Members that fail differently protect one another.
      </p>
      <fieldset class="members">
        <legend class="visually-hidden">Member whose equation is shown</legend>
        {members.map((member, place) => (
          <label key={member.name} class={isSarima(member) ? "member" : "member member-plain"}>
            <input
              type="radio"
              name="member"
              disabled={!isSarima(member)}
              checked={place === chosen}
              onChange={() => onChoose(place)}
            />
            <span class="member-name">
              {member.name}
              {isSarima(member) && <span class="soft"> {orderText(member.order, member.seasonal)}</span>}
            </span>
            <b>{Math.round(member.weight * 100)} %</b>
            <svg class="member-bar" aria-hidden="true">
              <rect width={`${(member.weight / most) * 100}%`} height="100%" rx="3" />
            </svg>
            <span class="member-reason">{member.reason}</span>
          </label>
        ))}
      </fieldset>
    </section>
  );
}
