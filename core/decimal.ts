// How a number is written wherever people read it: gate, report, pages, plots. With a true minus sign, no minus before
// zero, and a decimal point whatever the locale.
export const decimal = (value: number, digits = 3): string => {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
};

/** `0.422 to 0.675`. */
export const rangeText = ([low, high]: readonly [number, number], digits = 3): string =>
  `${decimal(low, digits)} to ${decimal(high, digits)}`;

/** A dash where nothing was measured. */
export const optional = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined ? '–' : decimal(value, digits);
