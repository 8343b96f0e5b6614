interface SegmentsProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: T | null;
  readonly options: readonly { readonly value: T; readonly name: string; readonly title?: string }[];
  readonly onChoose: (value: T) => void;
}

/** One of a few. Radio buttons: arrow keys, one tab stop and the right words come with them. */
export function Segments<T extends string>({ legend, name, value, options, onChoose }: SegmentsProps<T>) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">{legend}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.title}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            aria-label={option.title ?? option.name}
            onChange={() => onChoose(option.value)}
          />
          <span aria-hidden="true">{option.name}</span>
        </label>
      ))}
    </fieldset>
  );
}
