// The Earth's way around the Sun, as far as calendars need it: the series by which date-holidays reckons new moons and
// equinoxes (VSOP87B, Bretagnon & Francou 1988) without the terms that move it by less than a second of time
// together.
// Trap: a day begins at midnight, so that an equinox within a second of it would fall on another day; how far the
// clocks themselves will be from even time (ΔT) is not known to that.

/** Coefficients of Σ a·cos(b + c·τ): a in radians or astronomical units. */
type Term = readonly [a: number, b: number, c: number];
export interface Series {
  readonly name: string;
  readonly type: string;
  readonly L: Readonly<Record<string, readonly Term[]>>;
  readonly B: Readonly<Record<string, readonly Term[]>>;
  readonly R: Readonly<Record<string, readonly Term[]>>;
}

const LEAST = 1e-8;
/** Of a and b. c is multiplied by the time, and stays as it is. */
const DIGITS = 12;

export const reducedEarth = (series: Series): Series => ({
  ...series,
  L: reduced(series.L),
  B: reduced(series.B),
  R: reduced(series.R),
});

const reduced = (powers: Series['L']): Series['L'] =>
  Object.fromEntries(
    Object.entries(powers).map(([power, terms]) => [
      power,
      terms.filter(([a]) => Math.abs(a) >= LEAST).map(([a, b, c]) => [short(a), short(b), c] as const),
    ]),
  );

const short = (value: number): number => Number(value.toPrecision(DIGITS));
