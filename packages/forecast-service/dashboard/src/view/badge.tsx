export function SyntheticBadge() {
  return (
    <span class="badge badge-synthetic" title="Made-up data, to have something to look at before real history is there">
      synthetic
    </span>
  );
}
