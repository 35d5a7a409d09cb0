// The Earth's way in a bundle, beside the whole series that it was cut from.
import { expect, it } from '@jest/globals';
import { reducedEarth, type Series } from '#infra/earth.ts';

const { default: whole } = (await import(import.meta.resolve('astronomia/data/vsop87Bearth'))) as { default: Series };

/** Heliocentric longitude, radians; `tau` in Julian millennia from 2000. */
const longitude = ({ L }: Series, tau: number): number =>
  Object.entries(L).reduce(
    (sum, [power, terms]) =>
      sum + terms.reduce((part, [a, b, c]) => part + a * Math.cos(b + c * tau), 0) * tau ** Number(power),
    0,
  );

const YEAR_SECONDS = 365.25 * 86_400;

it('is a quarter of the series, and within a second of time of it from 1990 to 2110', () => {
  const cut = reducedEarth(whole);
  expect(JSON.stringify(cut).length).toBeLessThan(JSON.stringify(whole).length / 3);
  for (let year = 1990; year < 2110; year += 0.037) {
    const tau = (year - 2000) / 1000;
    const seconds = (Math.abs(longitude(cut, tau) - longitude(whole, tau)) / (2 * Math.PI)) * YEAR_SECONDS;
    expect(seconds).toBeLessThan(1);
  }
});
